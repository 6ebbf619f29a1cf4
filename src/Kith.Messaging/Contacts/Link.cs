using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Messaging.Finding;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>
/// What one person hands to another to be found and added: <c>kith:</c> and base64url (docs/protocol/link.md). Short enough for a QR code. Whoever reads the text of
/// a link with an invite can use it: it is handed over privately.
/// </summary>
/// <param name="Account">Its maker.</param>
/// <param name="TransportKey">The Noise static key of the maker's device.</param>
/// <param name="InviteId">Names the invite; null in a public link.</param>
/// <param name="InviteSecret">Proves the invite, <see cref="Invite.SecretSize"/> bytes; empty in a public link.</param>
/// <param name="ExpiresAt">Unix seconds, or 0 for never.</param>
/// <param name="Addresses">Where the device listens, best first; at most <see cref="MaxAddresses"/>.</param>
public sealed record Link(
    AccountId Account,
    X25519PublicKey TransportKey,
    InviteId? InviteId,
    ReadOnlyMemory<byte> InviteSecret,
    uint ExpiresAt,
    IReadOnlyList<LinkAddress> Addresses)
{
    /// <summary>What every link begins with.</summary>
    public const string Scheme = "kith:";

    /// <summary>Most addresses.</summary>
    public const int MaxAddresses = 4;

    /// <summary>The highest price: bits of work for each entry of the request box.</summary>
    public const int MaxPrice = 28;

    /// <summary>Longest text looked at.</summary>
    public const int MaxTextSize = 2048;

    private const byte FormatVersion = 1;

    /// <summary>As <see cref="FormatVersion"/>, with kinds of addresses that readers of version 1 do not know: they say that the link is newer than they are.</summary>
    private const byte VersionOfKinds = 2;

    /// <summary>As <see cref="VersionOfKinds"/>, with a price.</summary>
    private const byte VersionOfPrice = 3;

    /// <summary>As <see cref="VersionOfPrice"/>, with addresses of onion services, and with or without a price.</summary>
    private const byte VersionOfOnion = 4;
    private const byte InviteFlag = 1;
    private const byte FindSeedFlag = 2;
    private const byte PriceFlag = 4;
    private const int ChecksumSize = 4;
    private const int MinSize = 2 + AccountId.Size + X25519PublicKey.Size + sizeof(uint) + 1 + ChecksumSize;

    private static ReadOnlySpan<byte> ChecksumLabel => "kith-link-checksum"u8;

    /// <summary>
    /// Lets the users of a public link find its maker, <see cref="Invite.SecretSize"/> bytes; empty when they cannot. A link with an invite has its secret for that.
    /// </summary>
    public ReadOnlyMemory<byte> FindSeed { get; init; }

    /// <summary>
    /// In a public link with a seed, what its users pay for each entry of its request box while the maker is away: bits of work (docs/protocol/mailbox.md), at most
    /// <see cref="MaxPrice"/>; 0 for nothing.
    /// </summary>
    public int Price { get; init; }

    /// <summary>What the boxes of the link come from; empty when it has none.</summary>
    public ReadOnlyMemory<byte> BoxSeed => IsPublic ? FindSeed : InviteSecret;

    /// <summary>The secret under which its maker is found while the link is valid; null when it has none.</summary>
    public byte[]? FindSecret => IsPublic
        ? FindSeed.IsEmpty ? null : FindKeys.OfLink(FindSeed.Span, Account)
        : FindKeys.OfLink(InviteSecret.Span, Account);

    /// <summary>True when its users become requests.</summary>
    public bool IsPublic => InviteId is null;

    /// <summary>Whether its time is over (now in unix milliseconds). The maker decides finally.</summary>
    public bool IsExpiredAt(long now) => ExpiresAt != 0 && ExpiresAt * 1000L <= now;

    /// <summary>The text form.</summary>
    /// <exception cref="InvalidOperationException">There are too many addresses, or an id without a secret of the right size.</exception>
    public override string ToString()
    {
        if (Addresses.Count > MaxAddresses || InviteSecret.Length != (IsPublic ? 0 : Invite.SecretSize)
            || (!FindSeed.IsEmpty && (!IsPublic || FindSeed.Length != Invite.SecretSize)) || Price is < 0 or > MaxPrice || (Price > 0 && FindSeed.IsEmpty))
            throw new InvalidOperationException("a link has at most four addresses, and a secret of 16 bytes with its id, or a seed of as many (then maybe a price), or neither");
        using var writer = new WireWriter();
        writer.WriteByte(VersionFor(Addresses, Price));
        writer.WriteByte(!IsPublic ? InviteFlag : FindSeed.IsEmpty ? (byte)0 : Price == 0 ? FindSeedFlag : (byte)(FindSeedFlag | PriceFlag));
        writer.WriteAccountId(Account);
        writer.WriteBytes(TransportKey.ToArray());
        if (InviteId is { } invite)
        {
            writer.WriteBytes(invite.ToArray());
            writer.WriteBytes(InviteSecret.Span);
        }

        writer.WriteBytes(FindSeed.Span);
        if (Price > 0)
            writer.WriteByte((byte)Price);
        writer.WriteUInt32(ExpiresAt);
        writer.WriteByte((byte)Addresses.Count);
        foreach (var address in Addresses)
            address.Write(writer);
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        WriteChecksum(writer.WrittenSpan, checksum);
        writer.WriteBytes(checksum);
        return Scheme + Base64Url.EncodeToString(writer.WrittenSpan);
    }

    /// <summary>Reads a pasted or scanned text: white space, angle brackets and quotes round it are ignored, line breaks within too, and <c>KITH://</c> is taken as well.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Link? link, out LinkError error)
    {
        link = null;
        error = TryDecode(text, out var bytes);
        if (error == LinkError.None)
            error = TryRead(bytes, out link);
        return error == LinkError.None && link is not null;
    }

    private static LinkError TryDecode(string? text, out byte[] bytes)
    {
        bytes = [];
        if (string.IsNullOrWhiteSpace(text))
            return LinkError.Empty;
        if (text.Length > MaxTextSize)
            return LinkError.NotALink;
        var compact = string.Concat(text.Where(c => !char.IsWhiteSpace(c))).AsSpan().Trim("<>\"'");
        if (!compact.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return LinkError.NotALink;
        compact = compact[Scheme.Length..].TrimStart('/').TrimEnd('/');
        if (!Base64Url.IsValid(compact) || compact.Contains('='))
            return LinkError.Damaged;
        bytes = Base64Url.DecodeFromChars(compact);
        return LinkError.None;
    }

    private static LinkError TryRead(ReadOnlySpan<byte> bytes, out Link? link)
    {
        link = null;
        if (bytes.Length < ChecksumSize + 1)
            return LinkError.Damaged;
        var body = bytes[..^ChecksumSize];
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        WriteChecksum(body, checksum);
        if (!bytes[^ChecksumSize..].SequenceEqual(checksum))
            return LinkError.Damaged;

        // The checksum stands last in every version, so a whole link of a later one is told from a broken one.
        if (body[0] > VersionOfOnion)
            return LinkError.Newer;
        return bytes.Length >= MinSize && TryReadBody(body, out link) ? LinkError.None : LinkError.Invalid;
    }

    private static bool TryReadBody(ReadOnlySpan<byte> body, out Link? link)
    {
        link = null;
        var reader = new WireReader(body);
        InviteId? invite = null;
        ReadOnlySpan<byte> secret = default;
        ReadOnlySpan<byte> seed = default;
        if (!reader.TryReadByte(out var version) || version is < FormatVersion or > VersionOfOnion
            || !reader.TryReadByte(out var flags) || flags is not (0 or InviteFlag or FindSeedFlag or (FindSeedFlag | PriceFlag))
            || !reader.TryReadAccountId(out var account)
            || !reader.TryReadBytes(X25519PublicKey.Size, out var keyBytes) || !X25519PublicKey.TryParse(keyBytes, out var key))
            return false;
        if ((flags & InviteFlag) != 0)
        {
            if (!reader.TryReadBytes(Contacts.InviteId.Size, out var idBytes) || !Contacts.InviteId.TryRead(idBytes, out var id)
                || !reader.TryReadBytes(Invite.SecretSize, out secret))
                return false;
            invite = id;
        }

        if ((flags & FindSeedFlag) != 0 && !reader.TryReadBytes(Invite.SecretSize, out seed))
            return false;
        byte price = 0;
        if ((flags & PriceFlag) != 0 && (!reader.TryReadByte(out price) || price is 0 or > MaxPrice))
            return false;
        if (!reader.TryReadUInt32(out var expiresAt) || !reader.TryReadByte(out var count) || count > MaxAddresses)
            return false;
        var addresses = new LinkAddress[count];
        for (var i = 0; i < count; i++)
        {
            if (!LinkAddress.TryRead(ref reader, out addresses[i]))
                return false;
        }

        if (!reader.IsAtEnd || version != VersionFor(addresses, price))
            return false;
        link = new Link(account, key, invite, secret.ToArray(), expiresAt, addresses) { FindSeed = seed.ToArray(), Price = price };
        return true;
    }

    private static byte VersionFor(IReadOnlyList<LinkAddress> addresses, int price) =>
        addresses.Any(address => address.Kind == LinkAddressKind.Onion) ? VersionOfOnion : price > 0 ? VersionOfPrice : addresses.All(address => address.Kind == LinkAddressKind.Plain) ? FormatVersion : VersionOfKinds;

    private static void WriteChecksum(ReadOnlySpan<byte> body, Span<byte> checksum)
    {
        Span<byte> hash = stackalloc byte[Blake2b.MinHashSize];
        Blake2b.Hash(ChecksumLabel, body, hash);
        hash[..ChecksumSize].CopyTo(checksum);
    }
}
