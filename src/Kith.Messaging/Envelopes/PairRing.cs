using System.Diagnostics.CodeAnalysis;
using Kith.Wire;

namespace Kith.Messaging.Envelopes;

/// <summary>
/// A contact's pair secrets: the newest and the one before. Envelopes under either are accepted; ours are sealed under the newest once the peer is known to have it,
/// under the older until then, and anonymously when there is none. Immutable: each change gives another ring.
/// </summary>
/// <param name="Newest">The newest secret.</param>
/// <param name="Older">The one before, or null.</param>
/// <param name="Confirmed">Whether the peer is known to have the newest.</param>
public sealed record PairRing(PairSecret Newest, PairSecret? Older, bool Confirmed)
{
    private const byte ConfirmedFlag = 1;
    private const byte OlderFlag = 2;

    /// <summary>What our envelopes are sealed under; null: anonymously.</summary>
    public PairSecret? Sealing => Confirmed ? Newest : Older;

    /// <summary>The peer has shown that it took the newest: an envelope under it has come. A mere receipt is not enough, since a secret that lost against another is acknowledged too.</summary>
    public PairRing Confirm() => Confirmed ? this : this with { Confirmed = true };

    /// <summary>We drew a secret and are about to tell the peer.</summary>
    /// <exception cref="ArgumentException">It does not supersede the newest.</exception>
    public PairRing Propose(PairSecret secret) => secret.Supersedes(Newest)
        ? new PairRing(secret, Confirmed ? Newest : Older ?? Newest, Confirmed: false)
        : throw new ArgumentException("a secret must supersede the one that it replaces", nameof(secret));

    /// <summary>The peer told us a secret: taken when it supersedes the newest, confirmed when it is the newest, else left alone (false).</summary>
    public bool TryAccept(PairSecret secret, out PairRing ring)
    {
        if (secret.Supersedes(Newest))
        {
            ring = new PairRing(secret, Confirmed ? Newest : Older ?? Newest, Confirmed: true);
            return true;
        }

        ring = secret.IsSame(Newest) ? Confirm() : this;
        return !ReferenceEquals(ring, this);
    }

    /// <summary>Writes the ring for the vault.</summary>
    public void Write(WireWriter writer)
    {
        writer.WriteByte((byte)((Confirmed ? ConfirmedFlag : 0) | (Older is null ? 0 : OlderFlag)));
        Newest.Write(writer);
        Older?.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote from the front of the reader; false for anything else.</summary>
    public static bool TryRead(ref WireReader reader, [NotNullWhen(true)] out PairRing? ring)
    {
        ring = null;
        if (!reader.TryReadByte(out var flags) || (flags & ~(ConfirmedFlag | OlderFlag)) != 0
            || !reader.TryReadBytes(PairSecret.Size, out var newestBytes) || !PairSecret.TryRead(newestBytes, out var newest))
            return false;
        PairSecret? older = null;
        if ((flags & OlderFlag) != 0 && (!reader.TryReadBytes(PairSecret.Size, out var olderBytes) || !PairSecret.TryRead(olderBytes, out older)))
            return false;
        ring = new PairRing(newest, older, (flags & ConfirmedFlag) != 0);
        return true;
    }
}
