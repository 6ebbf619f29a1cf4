namespace Kith.Overlay.Entry.DynamicDns;

/// <summary>A name whose records are the current entry nodes.</summary>
/// <param name="Name">The name, without a final dot.</param>
public sealed record DynamicDnsOptions(string Name)
{
    /// <summary>Entry nodes that a name has at most unless said otherwise.</summary>
    public const int DefaultEntries = 4;

    /// <summary>The UDP port of plain A and AAAA records of the name, where it has no SRV records; null when it has none such.</summary>
    public ushort? Port { get; init; }

    /// <summary>HOST[:PORT] of the zone's primary server: asked and updated there. Null: asked where the system asks, updated at the primary that the zone's SOA names.</summary>
    public string? Server { get; init; }

    /// <summary>The key that signs updates; without one this node only reads.</summary>
    public TsigKey? Key { get; init; }

    /// <summary>How many entry nodes the name has at most.</summary>
    public int MaxEntries { get; init; } = DefaultEntries;

    internal KeeperTiming Timing { get; init; } = new();
}
