using Kith.Crypto;
using Kith.Overlay;
using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Transport.Connections;
using Kith.Transport.Sessions;
using Kith.Wire;

namespace Kith.Simulation.Connections;

/// <summary>A node whose port has connections and nothing else: what a host does around the cores, without sockets.</summary>
internal sealed class ConnectionNode : IDatagramCore, IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly SimulatedNode _node;
    private readonly List<ConnectionCore> _cores = [];

    public ConnectionNode(SimulatedNode node, ConnectionOptions? options = null)
    {
        _node = node;
        Key = X25519PrivateKey.Generate(node.Random);
        Table = new ConnectionTable(new TransportIdentity(Key, null, node.Random), options ?? ConnectionOptions.Default);
    }

    public X25519PrivateKey Key { get; }

    public ConnectionTable Table { get; }

    /// <summary>Connections that are not over.</summary>
    public IReadOnlyList<ConnectionCore> Connections => _cores;

    /// <summary>The newest one.</summary>
    public ConnectionCore Core => _cores[^1];

    public bool IsEstablished { get; private set; }

    /// <summary>Why connections ended, oldest first.</summary>
    public List<SessionClose> Ends { get; } = [];

    public List<IncomingBytes> Incoming { get; } = [];

    public List<OutgoingBytes> Outgoing { get; } = [];

    public List<byte[]> Datagrams { get; } = [];

    public List<Endpoint> Validated { get; } = [];

    public int PathChanges { get; private set; }

    public int PathLosses { get; private set; }

    /// <summary>Whether what comes on streams is read.</summary>
    public bool Reads { get; set; } = true;

    public TimeSpan Now => TimeOf(_node.Network.Now);

    /// <inheritdoc/>
    public long NextDeadline
    {
        get
        {
            var next = long.MaxValue;
            foreach (var core in _cores)
            {
                if (core.NextDeadline is { } deadline)
                    next = Math.Min(next, SimulatedNetwork.Start + (long)Math.Ceiling(deadline.TotalMilliseconds));
            }

            return next;
        }
    }

    public static TimeSpan TimeOf(long now) => TimeSpan.FromMilliseconds(now - SimulatedNetwork.Start);

    public void Dial(X25519PublicKey? key, params IEnumerable<Endpoint> candidates)
    {
        var core = Add(Table.Dial(Now, key));
        foreach (var candidate in candidates)
            core.Try(Now, candidate);
        Send();
    }

    /// <summary>Sends so many bytes on a stream of its own, and ends it.</summary>
    public void Transfer(long count) => Assert.True(TryTransfer(count), "no stream is allowed");

    /// <summary>The same; false while the other side allows no stream more.</summary>
    public bool TryTransfer(long count)
    {
        if (Core.TryOpen(IncomingBytes.Kind) is not { } stream)
            return false;
        Outgoing.Add(new OutgoingBytes(stream, count));
        Send();
        return true;
    }

    public void Do(Action<ConnectionCore, TimeSpan> call)
    {
        call(Core, Now);
        Send();
    }

    public void Close(SessionErrorCode code, bool flush = true)
    {
        var effects = new ConnectionEffects();
        var core = Core;
        core.BeginClose(new SessionClose(code, ByRemote: false, "the test is over"), flush, Now, effects);
        Apply(core, effects);
        Send();
    }

    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        var bytes = datagram.ToArray();
        if (Table.TryRoute(bytes, out var core))
        {
            var effects = new ConnectionEffects();
            core.Receive(TimeOf(now), from, bytes, effects);
            Apply(core, effects);
        }
        else
        {
            var response = new byte[ConnectionLimits.MinInitialDatagram];
            if (Table.ReceiveUnrouted(TimeOf(now), from, bytes, response, out var length) is { } begun)
                Add(begun);
            if (length > 0)
                _node.Send(from, response.AsSpan(0, length));
        }

        Send();
    }

    public void Tick(long now)
    {
        foreach (var core in _cores.ToArray())
        {
            if (core.NextDeadline is not { } deadline || deadline > TimeOf(now))
                continue;
            var effects = new ConnectionEffects();
            core.Tick(TimeOf(now), effects);
            Apply(core, effects);
        }

        Send();
    }

    public void Dispose() => Table.Dispose();

    private ConnectionCore Add(ConnectionCore core)
    {
        core.Owner = new StreamOwner(this, core);
        _cores.Add(core);
        return core;
    }

    private void Send()
    {
        foreach (var incoming in Incoming)
        {
            if (Reads)
                incoming.Read();
        }

        foreach (var outgoing in Outgoing)
            outgoing.Write();
        foreach (var core in _cores.ToArray())
        {
            while (core.Write(Now, _buffer, out var to, out var segment) is > 0 and var size)
            {
                for (var at = 0; at < size; at += segment)
                    _node.Send(to, _buffer.AsSpan(at, Math.Min(segment, size - at)));
            }
        }
    }

    private void Apply(ConnectionCore core, ConnectionEffects effects)
    {
        IsEstablished |= effects.Established;
        PathChanges += effects.PathChanged ? 1 : 0;
        PathLosses += effects.PathLost ? 1 : 0;
        Validated.AddRange(effects.Validated);
        Datagrams.AddRange(effects.Datagrams);
        foreach (var stream in effects.Accepted)
            Incoming.Add(new IncomingBytes(stream));
        foreach (var (stream, ended) in effects.Woken)
            stream.WakeReader(ended);
        if (!effects.Ended)
            return;
        Ends.Add(core.Close!);
        Table.Forget(core);
        _cores.Remove(core);
    }

    private sealed class StreamOwner(ConnectionNode node, ConnectionCore core) : IStreamOwner
    {
        public void OnFlushed(SessionStream stream) => core.Flushed(stream);

        public void OnConsumed(SessionStream stream, long bytes) => core.Consumed(node.Now, stream, bytes);

        public void OnInputCompleted(SessionStream stream, ulong code)
        {
            var effects = new ConnectionEffects();
            core.CompleteInput(stream, code, effects);
            node.Apply(core, effects);
        }

        public void OnOutputReset(SessionStream stream, ulong code) => core.ResetOutput(stream, code, byRemote: false);
    }
}
