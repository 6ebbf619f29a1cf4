using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Messaging.Finding;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>Whether an invite still lets somebody in.</summary>
public enum InviteStatus
{
    /// <summary>It does.</summary>
    Valid,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Everybody it was for has come.</summary>
    UsedUp,
}

/// <summary>What the maker of a link keeps about it.</summary>
/// <param name="Id">Stands in the link and in the request.</param>
/// <param name="Secret">Stands in the link alone, <see cref="SecretSize"/> bytes; never sent, only proved.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="ExpiresAt">Unix milliseconds, or null for never.</param>
/// <param name="Uses">How many people it was made for; 0 for a public link, which proves nothing and whose users become requests.</param>
/// <param name="UsesLeft">How many can still come.</param>
public sealed record Invite(InviteId Id, ReadOnlyMemory<byte> Secret, long CreatedAt, long? ExpiresAt, int Uses, int UsesLeft)
{
    /// <summary>Length of the secret in bytes.</summary>
    public const int SecretSize = 16;

    /// <summary>Most people one invite can be for.</summary>
    public const int MaxUses = 10_000;

    /// <summary>What a public link asks of its users for each entry of its request box unless it is said otherwise, bits of work: some seconds of one core.</summary>
    public const int DefaultPrice = 23;

    private const byte FirstRecordVersion = 1;
    private const byte RecordVersion = 2;

    /// <summary>Bits of work for each entry of the request box; 0 for nothing.</summary>
    public int Price { get; init; }

    /// <summary>When holders last had the link's bundle, unix milliseconds; 0 for never.</summary>
    public long BundledAt { get; init; }

    /// <summary>When somebody last came by it, unix milliseconds; 0 for never.</summary>
    public long LastUsedAt { get; init; }

    /// <summary>True for a public link's.</summary>
    public bool IsPublic => Uses == 0;

    /// <summary>
    /// What the text of a public link carries so that its users find its maker: derived one way from the secret, which would let them in without being asked for.
    /// </summary>
    public byte[] FindSeed
    {
        get
        {
            var seed = new byte[SecretSize];
            Hkdf.DeriveKey(Secret.Span, [], FindSeedLabel, seed);
            return seed;
        }
    }

    private static ReadOnlySpan<byte> FindSeedLabel => "kith-find-seed-v1\0"u8;

    /// <summary>The secret under which the link's users find its maker.</summary>
    public byte[] FindSecretOf(AccountId maker) => FindKeys.OfLink(BoxSeed, maker);

    /// <summary>What of the link's text its users find the maker and write to them by.</summary>
    public ReadOnlySpan<byte> BoxSeed => IsPublic ? FindSeed : Secret.Span;

    /// <summary>Draws a new invite. The expiry is cut to whole seconds, since the link carries seconds and both must agree.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Uses are below 0 or over <see cref="MaxUses"/>.</exception>
    public static Invite Create(IRandom random, int uses, long now, long? expiresAt)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(uses);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(uses, MaxUses);
        _ = InviteId.TryRead(random.NextBytes(InviteId.Size), out var id);
        return new Invite(id, random.NextBytes(SecretSize), now, expiresAt is { } at ? at / 1000 * 1000 : null, uses, uses);
    }

    /// <summary>Whether somebody can come now (unix milliseconds).</summary>
    public InviteStatus StatusAt(long now) =>
        ExpiresAt <= now ? InviteStatus.Expired
        : !IsPublic && UsesLeft <= 0 ? InviteStatus.UsedUp
        : InviteStatus.Valid;

    /// <summary>The invite after one more person has come; a public one stays as it is.</summary>
    public Invite Spend(long now) => this with { UsesLeft = IsPublic || UsesLeft == 0 ? UsesLeft : UsesLeft - 1, LastUsedAt = now };

    /// <summary>Writes the vault's record.</summary>
    public void Write(WireWriter writer)
    {
        writer.WriteByte(RecordVersion);
        writer.WriteBytes(Id.ToArray());
        writer.WriteBytes(Secret.Span);
        writer.WriteUInt64((ulong)CreatedAt);
        writer.WriteUInt64((ulong)(ExpiresAt ?? 0));
        writer.WriteVarInt((ulong)Uses);
        writer.WriteVarInt((ulong)UsesLeft);
        writer.WriteByte((byte)Price);
        writer.WriteUInt64((ulong)BundledAt);
        writer.WriteUInt64((ulong)LastUsedAt);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; false for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, [NotNullWhen(true)] out Invite? invite)
    {
        invite = null;
        var reader = new WireReader(record);
        if (!reader.TryReadByte(out var version) || version is not (FirstRecordVersion or RecordVersion)
            || !reader.TryReadBytes(InviteId.Size, out var idBytes) || !InviteId.TryRead(idBytes, out var id)
            || !reader.TryReadBytes(SecretSize, out var secret)
            || !reader.TryReadUInt64(out var createdAt) || createdAt > long.MaxValue
            || !reader.TryReadUInt64(out var expiresAt) || expiresAt > long.MaxValue
            || !reader.TryReadVarInt(MaxUses, out var uses)
            || !reader.TryReadVarInt(uses, out var usesLeft))
            return false;
        byte price = 0;
        ulong bundledAt = 0, lastUsedAt = 0;
        if (version == RecordVersion
            && (!reader.TryReadByte(out price) || price > Link.MaxPrice || !reader.TryReadUInt64(out bundledAt) || bundledAt > long.MaxValue
                || !reader.TryReadUInt64(out lastUsedAt) || lastUsedAt > long.MaxValue))
            return false;
        if (!reader.IsAtEnd)
            return false;
        invite = new Invite(id, secret.ToArray(), (long)createdAt, expiresAt == 0 ? null : (long)expiresAt, (int)uses, (int)usesLeft)
        {
            Price = price,
            BundledAt = (long)bundledAt,
            LastUsedAt = (long)lastUsedAt,
        };
        return true;
    }
}
