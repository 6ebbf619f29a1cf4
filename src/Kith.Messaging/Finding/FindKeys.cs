using Kith.Crypto;
using Kith.Messaging.Contacts;
using Kith.Messaging.Envelopes;
using Kith.Wire;

namespace Kith.Messaging.Finding;

/// <summary>Find secrets that need no exchange, since both sides can derive them (docs/protocol/messaging.md, "Being found").</summary>
public static class FindKeys
{
    /// <summary>Bytes in a find secret.</summary>
    public const int Size = 32;

    private static ReadOnlySpan<byte> PairLabel => "kith-find-pair-v1\0"u8;

    private static ReadOnlySpan<byte> LinkLabel => "kith-find-link-v1\0"u8;

    /// <summary>The secret under which <paramref name="found"/> is found by <paramref name="finder"/>.</summary>
    public static byte[] OfPair(PairSecret pair, AccountId found, AccountId finder)
    {
        Span<byte> info = stackalloc byte[PairLabel.Length + (2 * AccountId.Size)];
        PairLabel.CopyTo(info);
        found.CopyTo(info[PairLabel.Length..]);
        finder.CopyTo(info[(PairLabel.Length + AccountId.Size)..]);
        return Derive(pair.Value, info);
    }

    /// <summary>The secret under which the maker of a link is found by whoever holds the link's text.</summary>
    /// <param name="linkSecret">The link's own secret, <see cref="Invite.SecretSize"/> bytes.</param>
    /// <param name="maker">Who made the link.</param>
    public static byte[] OfLink(ReadOnlySpan<byte> linkSecret, AccountId maker)
    {
        Span<byte> info = stackalloc byte[LinkLabel.Length + AccountId.Size];
        LinkLabel.CopyTo(info);
        maker.CopyTo(info[LinkLabel.Length..]);
        return Derive(linkSecret, info);
    }

    private static byte[] Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> info)
    {
        var secret = new byte[Size];
        Hkdf.DeriveKey(key, [], info, secret);
        return secret;
    }
}
