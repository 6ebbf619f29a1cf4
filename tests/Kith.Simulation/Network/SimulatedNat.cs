using Kith.Wire;

namespace Kith.Simulation.Network;

/// <summary>How a NAT maps and filters, in the words of RFC 3489 section 5, since they name what is common.</summary>
public enum NatKind
{
    /// <summary>One mapping for each inner endpoint; anybody may answer (RFC 4787: endpoint-independent mapping and filtering).</summary>
    FullCone,

    /// <summary>One mapping for each inner endpoint; only addresses that were sent to may answer.</summary>
    AddressRestricted,

    /// <summary>One mapping for each inner endpoint; only endpoints that were sent to may answer.</summary>
    PortRestricted,

    /// <summary>A mapping of its own, at an unforeseeable port, for each endpoint sent to, which alone may answer.</summary>
    Symmetric,
}

/// <summary>What a NAT does besides its kind.</summary>
public sealed record NatOptions
{
    /// <summary>Milliseconds without a datagram from inside after which a mapping or permission is gone.</summary>
    public long MappingTimeout { get; init; } = 30_000;

    /// <summary>Whether inner nodes reach each other by their outer endpoints (RFC 4787 section 6).</summary>
    public bool Hairpin { get; init; }

    /// <summary>Whether a mapping takes the inner port where that is free; never for <see cref="NatKind.Symmetric"/>.</summary>
    public bool PreservesPorts { get; init; } = true;
}

/// <summary>A NAT with one outer address and any number of nodes inside.</summary>
public sealed class SimulatedNat
{
    private const int FirstPort = 1024;

    private readonly Dictionary<(Endpoint Inside, Endpoint To), Mapping> _outgoing = [];
    private readonly Dictionary<ushort, Mapping> _incoming = [];
    private readonly SimulatedRandom _random;

    internal SimulatedNat(int index, Endpoint outside, NatKind kind, NatOptions options, SimulatedRandom random)
    {
        Index = index;
        Outside = outside.WithPort(0);
        Kind = kind;
        Options = options;
        _random = random;
    }

    /// <summary>The outer address; its port is 0.</summary>
    public Endpoint Outside { get; }

    /// <summary>How it maps and filters.</summary>
    public NatKind Kind { get; }

    /// <summary>The rest.</summary>
    public NatOptions Options { get; }

    internal int Index { get; }

    /// <summary>The NAT that its outer address is behind, or null.</summary>
    internal SimulatedNat? Behind { get; init; }

    /// <summary>NATs behind it, by their outer addresses.</summary>
    internal Dictionary<Endpoint, SimulatedNat> Inner { get; } = [];

    internal Dictionary<Endpoint, SimulatedNode> Inside { get; } = [];

    /// <summary>Forgets all mappings, as a restarted router does.</summary>
    public void Restart()
    {
        _outgoing.Clear();
        _incoming.Clear();
    }

    /// <summary>A datagram leaves: the endpoint that the world sees it come from; false when no port is free.</summary>
    internal bool TryLeave(long now, Endpoint inside, Endpoint to, out Endpoint outside)
    {
        var key = (inside, Kind == NatKind.Symmetric ? to : default);
        if (!_outgoing.TryGetValue(key, out var mapping) || !IsAlive(now, mapping.Used))
        {
            if (mapping is not null)
                Drop(mapping);
            if (!TryTakePort(now, inside.Port, out var port))
            {
                outside = default;
                return false;
            }

            mapping = new Mapping(key, port);
            _outgoing[key] = mapping;
            _incoming[port] = mapping;
        }

        mapping.Used = now;
        if (Kind != NatKind.FullCone)
            mapping.Permit(now, Permission(to), Options.MappingTimeout);
        outside = Outside.WithPort(mapping.Port);
        return true;
    }

    /// <summary>A datagram comes from outside: the inner endpoint that gets it; false when it is filtered.</summary>
    internal bool TryEnter(long now, Endpoint from, ushort port, out Endpoint inside)
    {
        inside = default;
        if (!_incoming.TryGetValue(port, out var mapping) || !IsAlive(now, mapping.Used))
            return false;
        if (Kind != NatKind.FullCone && !(mapping.Permissions.TryGetValue(Permission(from), out var used) && IsAlive(now, used)))
            return false;
        inside = mapping.Key.Inside;
        return true;
    }

    private Endpoint Permission(Endpoint remote) => Kind == NatKind.AddressRestricted ? remote.WithPort(0) : remote;

    private bool IsAlive(long now, long used) => now - used < Options.MappingTimeout;

    private bool TryTakePort(long now, ushort wanted, out ushort port)
    {
        const int Tries = 1000;
        port = wanted;
        if (Kind != NatKind.Symmetric && Options.PreservesPorts && IsFree(now, port))
            return true;
        for (var i = 0; i < Tries; i++)
        {
            port = (ushort)(FirstPort + _random.NextBelow(ushort.MaxValue - FirstPort + 1));
            if (IsFree(now, port))
                return true;
        }

        return false;
    }

    private bool IsFree(long now, ushort port)
    {
        if (!_incoming.TryGetValue(port, out var mapping))
            return true;
        if (IsAlive(now, mapping.Used))
            return false;
        Drop(mapping);
        return true;
    }

    private void Drop(Mapping mapping)
    {
        _outgoing.Remove(mapping.Key);
        _incoming.Remove(mapping.Port);
    }

    private sealed class Mapping((Endpoint Inside, Endpoint To) key, ushort port)
    {
        private const int ManyPermissions = 64;
        private int _sweepAt = ManyPermissions;

        public (Endpoint Inside, Endpoint To) Key => key;

        public ushort Port => port;

        public long Used { get; set; }

        public Dictionary<Endpoint, long> Permissions { get; } = [];

        public void Permit(long now, Endpoint remote, long timeout)
        {
            Permissions[remote] = now;
            if (Permissions.Count < _sweepAt)
                return;
            foreach (var (old, used) in Permissions)
            {
                if (now - used >= timeout)
                    Permissions.Remove(old);
            }

            _sweepAt = Math.Max(ManyPermissions, 2 * Permissions.Count);
        }
    }
}
