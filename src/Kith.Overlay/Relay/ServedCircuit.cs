using Kith.Overlay;
using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>A circuit that this node carries: two ends that know nothing of each other.</summary>
internal sealed class ServedCircuit
{
    public ServedCircuit(ServedEnd caller, ServedEnd registrant, ulong transaction, Endpoint askedFrom, AddressPrefix? prefix, long now)
    {
        Caller = caller;
        Registrant = registrant;
        (caller.Other, registrant.Other) = (registrant, caller);
        (caller.Circuit, registrant.Circuit) = (this, this);
        Transaction = transaction;
        AskedFrom = askedFrom;
        Prefix = prefix;
        EndsAt = now + RelayLimits.MaxTime;
        UsedAt = now;
        OpenedAt = now;
    }

    public ServedEnd Caller { get; }

    public ServedEnd Registrant { get; }

    /// <summary>The caller's transaction and where it came from: asked again, it is the same circuit.</summary>
    public ulong Transaction { get; }

    /// <inheritdoc cref="Transaction"/>
    public Endpoint AskedFrom { get; }

    /// <summary>The caller's prefix, where it counts.</summary>
    public AddressPrefix? Prefix { get; }

    /// <summary>The registrant's address when the circuit was opened: what it is counted by.</summary>
    public Endpoint RegisteredAt { get; init; }

    public long OpenedAt { get; }

    public long EndsAt { get; set; }

    /// <summary>When something went through last. The table's.</summary>
    public long UsedAt { get; set; }

    /// <summary>When the registrant is told again that the circuit is there; <see cref="long.MaxValue"/> once it is known to know.</summary>
    public long NextTelling { get; set; }

    /// <summary>The pause after that.</summary>
    public long Retry { get; set; } = RelayLimits.FirstRetry;

    /// <summary>What proved the relay to the registrant.</summary>
    public byte[] Echo { get; init; } = [];

    /// <summary>The registrant's transaction.</summary>
    public ulong OfferTransaction { get; init; }

    /// <summary>Bytes through it. The table's.</summary>
    public RateMeter Bytes = new(RelayLimits.BytesPerSecond, 2L * RelayLimits.BytesPerSecond);

    /// <summary>Packets through it. The table's.</summary>
    public RateMeter Packets = new(RelayLimits.PacketsPerSecond, 2L * RelayLimits.PacketsPerSecond);
}

/// <summary>One end of a circuit that this node carries.</summary>
internal sealed class ServedEnd(ulong id, byte[] key, Endpoint at)
{
    /// <summary>The id in its packets.</summary>
    public ulong Id { get; } = id;

    /// <summary>What proves that somebody is this end.</summary>
    public byte[] Key { get; } = key;

    /// <summary>Where it is. Written under the table's lock.</summary>
    public Endpoint At { get; set; } = at;

    public ServedEnd Other { get; set; } = null!;

    public ServedCircuit Circuit { get; set; } = null!;

    /// <summary>Of the last Keep that was taken.</summary>
    public ulong Counter { get; set; }

    /// <summary>When it was last told that its packets come from elsewhere. The table's.</summary>
    public long MovedAt { get; set; } = long.MinValue;
}
