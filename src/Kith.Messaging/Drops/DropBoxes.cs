using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Drops;

/// <summary>Every box that this person writes and reads now, the whole of it (docs/protocol/mailbox.md). Secrets are 32 bytes. Most recent conversation first.</summary>
/// <param name="Writes">Where what waits for a contact is left; at most one for each.</param>
/// <param name="Reads">Where contacts leave what is for us; at most two for each.</param>
/// <param name="Bundles">Where makers of links that we used say how to write to them, while they cannot be reached.</param>
/// <param name="Links">Our own links.</param>
public sealed record DropBoxes(IReadOnlyList<ContactWriteBox> Writes, IReadOnlyList<ContactReadBox> Reads, IReadOnlyList<BundleReadBox> Bundles, IReadOnlyList<LinkBoxes> Links);

/// <summary>A box for a contact: that of the pair (period 24 hours), or the request box of their link.</summary>
/// <param name="Contact">Who reads it.</param>
/// <param name="Secret">The box secret.</param>
/// <param name="Preferred">The reader's own holders, <c>HOST:PORT</c> each.</param>
public sealed record ContactWriteBox(AccountId Contact, ReadOnlyMemory<byte> Secret, IReadOnlyList<string> Preferred)
{
    /// <summary>Bits of work that each entry costs.</summary>
    public int Price { get; init; }

    /// <summary>In a request box, the public read keys by the index of their period; null in a pair's.</summary>
    public IReadOnlyDictionary<long, Ed25519PublicKey>? ReadKeys { get; init; }
}

/// <summary>A pair's box (period 24 hours).</summary>
/// <param name="Contact">Who writes it.</param>
/// <param name="Secret">The box secret.</param>
/// <param name="Since">When it was last read to the end, unix milliseconds.</param>
public sealed record ContactReadBox(AccountId Contact, ReadOnlyMemory<byte> Secret, long Since);

/// <summary>The bundle box of a link that we used (period 7 days); what is in it stays there. What comes goes to <see cref="IPeerProtocol.ReceiveStandingBundle"/>.</summary>
/// <param name="Maker">Who made the link.</param>
/// <param name="Secret">The box secret.</param>
public sealed record BundleReadBox(AccountId Maker, ReadOnlyMemory<byte> Secret);

/// <summary>The two boxes of a link of ours.</summary>
/// <param name="Link">Names the link.</param>
/// <param name="RequestSecret">The request box's secret (period 24 hours), which every user of the link has.</param>
/// <param name="ReadSecret">The secret of its read keys, which nobody else has.</param>
/// <param name="Price">Bits of work that each of its entries costs.</param>
/// <param name="Since">When the request box was last read to the end, unix milliseconds.</param>
public sealed record LinkBoxes(string Link, ReadOnlyMemory<byte> RequestSecret, ReadOnlyMemory<byte> ReadSecret, int Price, long Since)
{
    /// <summary>
    /// The bundle box's secret (period 7 days, put for three), when a new bundle is due: take it from <see cref="IPeerProtocol.WriteStandingBundle"/>, and say with
    /// <see cref="IPeerProtocol.StandingBundleStored"/> that holders have it. Null while none is due.
    /// </summary>
    public ReadOnlyMemory<byte>? BundleDue { get; init; }
}

/// <summary>What became of an envelope that arrived.</summary>
public enum Reception
{
    /// <summary>It was taken, is known already, or is nothing: it is needed no more.</summary>
    Done,

    /// <summary>It comes too early (what it builds on has not come, or the user has to decide first): give it again after others have come, and leave it where it is kept until then.</summary>
    Later,
}
