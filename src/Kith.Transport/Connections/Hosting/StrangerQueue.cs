using Kith.Wire;

namespace Kith.Transport.Connections.Hosting;

/// <summary>
/// What is for no connection waits here for a thread of its own: handshakes cost key agreements, and packets of connections must not stand behind them. What comes while
/// <see cref="Capacity"/> datagrams wait is dropped, which costs next to nothing, so a flood takes no more than one thread's time and not the receiving one's. The thread begins with the first
/// datagram. It is none of the pool's, whose threads turn in circles for a while before they sleep: in a flood all the time.
/// </summary>
/// <param name="take">Called with one datagram after the other, never by two threads at once.</param>
/// <param name="dropped">Called for each that is dropped.</param>
internal sealed class StrangerQueue(StrangerQueue.Taker take, Action dropped)
{
    /// <summary>Datagrams that may wait: what comes within some milliseconds of a flood.</summary>
    public const int Capacity = 256;

    /// <summary>
    /// What is kept of a datagram, bytes: an Initial has <see cref="ConnectionLimits.MinInitialDatagram"/>, and of a packet for a connection that is not there nothing but its beginning matters.
    /// </summary>
    public const int MaxDatagram = 1536;

    private readonly object _gate = new(); // guards everything below, and is what the thread sleeps on
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly (Endpoint From, int Length)[] _waiting = new (Endpoint, int)[Capacity];
    private byte[] _bytes = []; // of those that wait, one behind the other; there once the first has come
    private int _count;
    private int _first;
    private bool _isAsleep;
    private bool _isClosed;

    /// <summary>Takes a datagram, which may be written into until the call returns.</summary>
    public delegate void Taker(Endpoint from, Span<byte> datagram);

    public void Add(Endpoint from, ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            if (_count < Capacity)
            {
                if (_bytes.Length == 0)
                    Start();
                var at = (_first + _count++) % Capacity;
                var kept = datagram[..Math.Min(datagram.Length, MaxDatagram)];
                kept.CopyTo(_bytes.AsSpan(at * MaxDatagram));
                _waiting[at] = (from, kept.Length);
                if (!_isAsleep)
                    return;
                _isAsleep = false;
                Monitor.Pulse(_gate);
                return;
            }
        }

        dropped();
    }

    /// <summary>Drops what waits; when this completes, nothing is taken any more.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.Pulse(_gate);
            if (_bytes.Length == 0)
                _ended.TrySetResult();
        }

        return _ended.Task;
    }

    // Under _gate.
    private void Start()
    {
        _bytes = GC.AllocateUninitializedArray<byte>(Capacity * MaxDatagram);
        new Thread(Run) { IsBackground = true, Name = "udp strangers" }.Start();
    }

    private void Run()
    {
        Span<byte> datagram = stackalloc byte[MaxDatagram];
        while (TryNext(datagram, out var from, out var length))
            take(from, datagram[..length]);
        _ended.TrySetResult();
    }

    // Sleeps while there is nothing; false at the end.
    private bool TryNext(Span<byte> datagram, out Endpoint from, out int length)
    {
        lock (_gate)
        {
            while (_count == 0 && !_isClosed)
            {
                _isAsleep = true;
                Monitor.Wait(_gate);
            }

            _isAsleep = false;
            (from, length) = _waiting[_first];
            if (_isClosed)
                return false;
            _bytes.AsSpan(_first * MaxDatagram, length).CopyTo(datagram);
            _first = (_first + 1) % Capacity;
            _count--;
            return true;
        }
    }
}
