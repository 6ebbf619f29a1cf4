using System.Buffers;
using Kith.Wire;

namespace Kith.Transport.Connections.Hosting;

/// <summary>The work: what comes in, what is due, what goes out.</summary>
internal sealed partial class UdpSession
{
    /// <summary>What is written before it is handed to the system, bytes: as much as one call of it takes.</summary>
    private const int SendBuffer = 64 * 1024;

    /// <summary>After this much the thread that brought the work is let go, which has others: sending goes on on the pool.</summary>
    private const int InlineSendLimit = 256 * 1024;

    /// <summary>Datagrams kept while another thread is receiving for this session; further ones are dropped, as the network may.</summary>
    private const int MaxParked = 128;

    private const int Idle = 0;
    private const int Running = 1;
    private const int Again = 2;

    private static readonly TimeSpan MuchLater = TimeSpan.FromMilliseconds(10);

    private readonly ITimer _timer;
    private readonly Lock _parkGate = new(); // guards the two below
    private readonly Queue<(Endpoint From, byte[] Datagram)> _parked = new();
    private bool _isReceiving;
    private int _sending;
    private TimeSpan _armedFor = TimeSpan.MaxValue; // under _gate

    // The thread on which received things are handed out: what the room above sends meanwhile leaves together afterwards.
    private int _deliveringThread;
    private bool _wakeAfterDelivery;

    /// <summary>Arms the timer of a session that has just begun.</summary>
    public void Arm()
    {
        lock (_gate)
            ArmTimer();
    }

    /// <summary>
    /// Takes datagrams that came together. One thread at a time receives for a session, as a stream's buffer has one writer; what another brings meanwhile (another socket or path)
    /// is left to the first.
    /// </summary>
    public void Receive(Endpoint from, Span<byte> datagrams, int size)
    {
        lock (_parkGate)
        {
            if (_isReceiving)
            {
                for (; datagrams.Length > 0 && _parked.Count < MaxParked; datagrams = datagrams[Math.Min(size, datagrams.Length)..])
                    _parked.Enqueue((from, datagrams[..Math.Min(size, datagrams.Length)].ToArray()));
                return;
            }

            _isReceiving = true;
        }

        ReceiveNow(from, datagrams, size);
        while (true)
        {
            (Endpoint From, byte[] Datagram) parked;
            lock (_parkGate)
            {
                if (!_parked.TryDequeue(out parked))
                {
                    _isReceiving = false;
                    return;
                }
            }

            ReceiveNow(parked.From, parked.Datagram, parked.Datagram.Length);
        }
    }

    private void ReceiveNow(Endpoint from, Span<byte> datagrams, int size)
    {
        var effects = Rent();
        bool output;
        lock (_gate)
        {
            var now = _host.Now;
            try
            {
                for (; datagrams.Length > size; datagrams = datagrams[size..])
                    _core.Receive(now, from, datagrams[..size], effects);
                _core.Receive(now, from, datagrams, effects);
            }
            catch (Exception fault)
            {
                EndByFault(fault, effects);
            }

            // What sends arms it afterwards.
            output = _core.HasOutput;
            if (!output)
                ArmTimer();
        }

        _deliveringThread = Environment.CurrentManagedThreadId;
        try
        {
            Deliver(effects);
        }
        catch (Exception fault)
        {
            EndCore(SessionErrorCode.Internal, fault.GetType().Name);
        }
        finally
        {
            _deliveringThread = 0;
        }

        if (!output && !_wakeAfterDelivery)
            return;
        _wakeAfterDelivery = false;
        Pump();
    }

    private void OnTimer()
    {
        var effects = Rent();
        lock (_gate)
        {
            _armedFor = TimeSpan.MaxValue;
            try
            {
                _core.Tick(_host.Now, effects);
            }
            catch (Exception fault)
            {
                EndByFault(fault, effects);
            }

            ArmTimer();
        }

        Deliver(effects);
        Pump();
    }

    // Under _gate. A defect of ours: it costs this session, not the port.
    private void EndByFault(Exception fault, ConnectionEffects effects) =>
        _core.End(new SessionClose(SessionErrorCode.Internal, ByRemote: false, fault.GetType().Name), effects);

    // Under _gate. Never later than asked; one that fires a little too early finds that out and is armed again, which costs less than arming it with each packet. One that is due much later by now is put
    // off: firing wakes two threads, and after most lone packets it would be for nothing.
    private void ArmTimer()
    {
        if (_core.NextDeadline is not { } deadline || (deadline >= _armedFor && deadline - _armedFor < MuchLater))
            return;
        _armedFor = deadline;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((deadline - _host.Now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        if (_deliveringThread == Environment.CurrentManagedThreadId)
            _wakeAfterDelivery = true;
        else
            Pump();
    }

    // Sends what may be sent, here and now. One thread does it at a time, so that the order stays; who comes meanwhile leaves it to that one.
    private void Pump()
    {
        while (true)
        {
            switch (Volatile.Read(ref _sending))
            {
                case Idle when Interlocked.CompareExchange(ref _sending, Running, Idle) == Idle:
                    SendAll();
                    return;
                case Running when Interlocked.CompareExchange(ref _sending, Again, Running) == Running:
                    return;
                case Again:
                    return;
            }
        }
    }

    private void SendAll()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SendBuffer);
        var sent = 0;
        while (sent < InlineSendLimit)
        {
            var length = Write(buffer.AsSpan(0, SendBuffer), out var to, out var size);
            if (length > 0)
            {
                _host.Port.Send(to, buffer.AsSpan(0, length), size);
                sent += length;
            }
            else if (Interlocked.CompareExchange(ref _sending, Idle, Running) == Running)
            {
                break;
            }
            else
            {
                Volatile.Write(ref _sending, Running);
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
        if (sent >= InlineSendLimit)
            ThreadPool.UnsafeQueueUserWorkItem(static session => session.SendAll(), this, preferLocal: false);
    }

    private int Write(Span<byte> buffer, out Endpoint to, out int size)
    {
        (to, size) = (default, 0);
        ConnectionEffects? effects = null;
        var length = 0;
        lock (_gate)
        {
            try
            {
                length = _core.Write(_host.Now, buffer, out to, out size);
            }
            catch (Exception fault)
            {
                effects = Rent();
                EndByFault(fault, effects);
            }

            if (length == 0)
                ArmTimer();
        }

        if (effects is not null)
            Deliver(effects);
        return length;
    }
}
