using Kith.Messaging.Envelopes;
using Kith.Wire;

namespace Kith.Messaging.Drops;

/// <summary>The box secrets of a pair, derived once for each ring.</summary>
internal sealed class PairBoxes
{
    private PairBoxes(PairRing ring) => Ring = ring;

    /// <summary>What they were derived from.</summary>
    public PairRing Ring { get; }

    /// <summary>Where we write; null while the other side is not known to have a secret of the pair.</summary>
    public byte[]? Write { get; private init; }

    /// <summary>Where we read: the newest, and the one before.</summary>
    public IReadOnlyList<byte[]> Reads { get; private init; } = [];

    public static PairBoxes Of(PairRing ring, AccountId self, AccountId other) => new(ring)
    {
        Write = ring.Sealing is { } secret ? BoxSecrets.OfPair(secret, reader: other, writer: self) : null,
        Reads = ring.Older is { } older
            ? [BoxSecrets.OfPair(ring.Newest, reader: self, writer: other), BoxSecrets.OfPair(older, reader: self, writer: other)]
            : [BoxSecrets.OfPair(ring.Newest, reader: self, writer: other)],
    };
}
