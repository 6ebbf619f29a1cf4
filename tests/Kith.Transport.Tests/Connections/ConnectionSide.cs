using System.Buffers;
using Kith.Crypto;
using Kith.Transport.Connections;
using Kith.Transport.Sessions;
using Kith.Wire;

namespace Kith.Transport.Tests.Connections;

/// <summary>A node with a table of connections and no socket: what it sends goes into the <see cref="ConnectionPair"/>'s queue.</summary>
internal sealed class ConnectionSide : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];

    public ConnectionSide(string address, ConnectionOptions? options = null, SecretBytes? swarm = null, X25519PrivateKey? key = null, long? packetsPerKey = null)
    {
        Endpoint = Endpoint.TryParse(address, out var endpoint) ? endpoint : throw new ArgumentException("no endpoint", nameof(address));
        Key = key ?? X25519PrivateKey.Generate(SystemRandom.Instance);
        Identity = new TransportIdentity(Key, swarm, SystemRandom.Instance);
        Table = new ConnectionTable(Identity, options ?? ConnectionOptions.Default) { PacketsPerKey = packetsPerKey ?? ConnectionLimits.PacketsPerKey };
    }

    /// <summary>Where it is now.</summary>
    public Endpoint Endpoint { get; set; }

    public X25519PrivateKey Key { get; }

    public TransportIdentity Identity { get; }

    public ConnectionTable Table { get; }

    /// <summary>Every connection that this side knows, oldest first.</summary>
    public List<ConnectionCore> Connections { get; } = [];

    /// <summary>The newest one.</summary>
    public ConnectionCore Core => Connections[^1];

    public List<SessionStream> Accepted { get; } = [];

    public List<byte[]> Datagrams { get; } = [];

    public List<Endpoint> Validated { get; } = [];

    public bool IsEstablished { get; private set; }

    public int PathLosses { get; private set; }

    public int PathChanges { get; private set; }

    public ConnectionCore Dial(TimeSpan now, X25519PublicKey? remoteKey)
    {
        var core = Table.Dial(now, remoteKey);
        Add(core);
        return core;
    }

    /// <summary>Takes a datagram as a port does; returns what the table answers by itself.</summary>
    public byte[]? Receive(TimeSpan now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        byte[] bytes = datagram.ToArray();
        if (Table.TryRoute(bytes, out var core))
        {
            var effects = new ConnectionEffects();
            core.Receive(now, from, bytes, effects);
            Apply(core, effects);
            return null;
        }

        var response = new byte[ConnectionLimits.MinInitialDatagram];
        if (Table.ReceiveUnrouted(now, from, bytes, response, out var length) is { } begun)
            Add(begun);
        return length == 0 ? null : response[..length];
    }

    /// <summary>What this side has to send now.</summary>
    public IEnumerable<(Endpoint To, byte[] Datagram)> Send(TimeSpan now)
    {
        foreach (var core in Connections.ToArray())
        {
            while (core.Write(now, _buffer, out var to, out var segment) is > 0 and var size)
            {
                for (var at = 0; at < size; at += segment)
                    yield return (to, _buffer.AsSpan(at, Math.Min(segment, size - at)).ToArray());
            }
        }
    }

    public void Tick(TimeSpan now)
    {
        foreach (var core in Connections.ToArray())
        {
            if (core.NextDeadline is not { } deadline || deadline > now)
                continue;
            var effects = new ConnectionEffects();
            core.Tick(now, effects);
            Apply(core, effects);
        }
    }

    public TimeSpan? NextDeadline => Connections.Min(static core => core.NextDeadline);

    public void Close(TimeSpan now, SessionErrorCode code, bool flush = true)
    {
        var core = Core;
        var effects = new ConnectionEffects();
        core.BeginClose(new SessionClose(code, ByRemote: false, "a test"), flush, now, effects);
        Apply(core, effects);
    }

    public void Dispose() => Table.Dispose();

    private void Add(ConnectionCore core)
    {
        core.Owner = new StreamOwner(this, core);
        Connections.Add(core);
    }

    private void Apply(ConnectionCore core, ConnectionEffects effects)
    {
        IsEstablished |= effects.Established;
        PathLosses += effects.PathLost ? 1 : 0;
        PathChanges += effects.PathChanged ? 1 : 0;
        Validated.AddRange(effects.Validated);
        Accepted.AddRange(effects.Accepted);
        Datagrams.AddRange(effects.Datagrams);
        foreach (var (stream, ended) in effects.Woken)
            stream.WakeReader(ended);
        if (!effects.Ended)
            return;
        Table.Forget(core);
        Connections.Remove(core);
        Ended.Add(core);
    }

    /// <summary>Connections that are over.</summary>
    public List<ConnectionCore> Ended { get; } = [];

    /// <summary>The time that streams' calls see.</summary>
    public TimeSpan Now { get; set; }

    private sealed class StreamOwner(ConnectionSide side, ConnectionCore core) : IStreamOwner
    {
        public void OnFlushed(SessionStream stream) => core.Flushed(stream);

        public void OnConsumed(SessionStream stream, long bytes) => core.Consumed(side.Now, stream, bytes);

        public void OnInputCompleted(SessionStream stream, ulong code)
        {
            var effects = new ConnectionEffects();
            core.CompleteInput(stream, code, effects);
            side.Apply(core, effects);
        }

        public void OnOutputReset(SessionStream stream, ulong code) => core.ResetOutput(stream, code, byRemote: false);
    }
}
