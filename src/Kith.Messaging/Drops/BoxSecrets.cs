using Kith.Crypto;
using Kith.Messaging.Contacts;
using Kith.Messaging.Envelopes;
using Kith.Wire;

namespace Kith.Messaging.Drops;

/// <summary>The secrets of boxes (docs/protocol/mailbox.md, "Box secrets and periods"; docs/protocol/messaging.md, "While the other is away").</summary>
public static class BoxSecrets
{
    /// <summary>Bytes in a box secret.</summary>
    public const int Size = 32;

    private const byte BundlePurpose = 1;
    private const byte RequestPurpose = 2;

    private static ReadOnlySpan<byte> PairLabel => "kith-box-pair-v1\0"u8;

    private static ReadOnlySpan<byte> LinkLabel => "kith-box-link-v1\0"u8;

    private static ReadOnlySpan<byte> ReadLabel => "kith-box-read-v1\0"u8;

    /// <summary>The box in which <paramref name="writer"/> leaves what is for <paramref name="reader"/>.</summary>
    public static byte[] OfPair(PairSecret pair, AccountId reader, AccountId writer)
    {
        Span<byte> info = stackalloc byte[PairLabel.Length + (2 * AccountId.Size)];
        PairLabel.CopyTo(info);
        reader.CopyTo(info[PairLabel.Length..]);
        writer.CopyTo(info[(PairLabel.Length + AccountId.Size)..]);
        return Derive(pair.Value, info);
    }

    /// <summary>The box in which the maker of a link leaves what its users need to write to them.</summary>
    /// <param name="linkSecret">The invite secret, or the find seed of a public link.</param>
    /// <param name="maker">Who made the link.</param>
    public static byte[] OfBundle(ReadOnlySpan<byte> linkSecret, AccountId maker) => OfLink(linkSecret, BundlePurpose, maker);

    /// <summary>The box in which the users of a link leave what is for its maker.</summary>
    /// <inheritdoc cref="OfBundle"/>
    public static byte[] OfRequests(ReadOnlySpan<byte> linkSecret, AccountId maker) => OfLink(linkSecret, RequestPurpose, maker);

    /// <summary>The secret of the read keys of a link's request box: the maker's alone, the same after a backup was restored.</summary>
    public static byte[] OfReading(Ed25519PrivateKey account, InviteId link)
    {
        Span<byte> info = stackalloc byte[ReadLabel.Length + InviteId.Size];
        ReadLabel.CopyTo(info);
        link.CopyTo(info[ReadLabel.Length..]);
        return Derive(account.Seed, info);
    }

    private static byte[] OfLink(ReadOnlySpan<byte> linkSecret, byte purpose, AccountId maker)
    {
        Span<byte> info = stackalloc byte[LinkLabel.Length + 1 + AccountId.Size];
        LinkLabel.CopyTo(info);
        info[LinkLabel.Length] = purpose;
        maker.CopyTo(info[(LinkLabel.Length + 1)..]);
        return Derive(linkSecret, info);
    }

    private static byte[] Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> info)
    {
        var secret = new byte[Size];
        Hkdf.DeriveKey(key, [], info, secret);
        return secret;
    }
}
