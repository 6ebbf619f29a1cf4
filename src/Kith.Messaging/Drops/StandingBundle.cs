using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Messaging.Contacts;
using Kith.Wire;

namespace Kith.Messaging.Drops;

/// <summary>What stands in the bundle box of a link: a bundle, the read keys of the request box and its price, signed by the account (docs/protocol/messaging.md).</summary>
/// <param name="MadeAt">Unix milliseconds, by the maker's clock.</param>
/// <param name="Price">Bits of work that each entry of the request box costs.</param>
/// <param name="FirstPeriod">The index of the period of the first read key.</param>
/// <param name="ReadKeys">One for each period from that on.</param>
/// <param name="Bundle">The BUNDLE of docs/protocol/messaging.md.</param>
public sealed record StandingBundle(long MadeAt, int Price, long FirstPeriod, IReadOnlyList<Ed25519PublicKey> ReadKeys, ReadOnlyMemory<byte> Bundle)
{
    /// <summary>Most read keys: a period for each day that an entry is kept, and two.</summary>
    public const int MaxReadKeys = 32;

    /// <summary>The most bytes of it.</summary>
    public const int MaxSize = 128 + (MaxReadKeys * Ed25519PublicKey.Size) + Ed25519PublicKey.SignatureSize + BundleAnswer.MaxSize;

    private const byte Version = 1;

    private const string Label = "kith-link-bundle-v1";

    /// <summary>Writes and signs it for one link: bound to its box, so that it serves in no other.</summary>
    public byte[] Write(ReadOnlySpan<byte> boxSecret, Ed25519PrivateKey account)
    {
        using var writer = new WireWriter();
        writer.WriteByte(Version);
        writer.WriteUInt64((ulong)MadeAt);
        writer.WriteByte((byte)Price);
        writer.WriteUInt64((ulong)FirstPeriod);
        writer.WriteByte((byte)ReadKeys.Count);
        foreach (var key in ReadKeys)
            writer.WriteBytes(key.ToArray());
        writer.WriteLengthPrefixed(Bundle.Span);
        Span<byte> signature = stackalloc byte[Ed25519PublicKey.SignatureSize];
        account.Sign(Label, Signed(boxSecret, writer.WrittenSpan), signature);
        writer.WriteBytes(signature);
        return writer.ToArray();
    }

    /// <summary>Reads one out of the box of this secret; false when it is malformed, or the maker has not signed it for this box.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> boxSecret, AccountId maker, [NotNullWhen(true)] out StandingBundle? standing)
    {
        standing = null;
        var reader = new WireReader(bytes);
        if (bytes.Length > MaxSize
            || !reader.TryReadByte(out var version) || version != Version
            || !reader.TryReadUInt64(out var madeAt) || madeAt > long.MaxValue
            || !reader.TryReadByte(out var price) || price > Link.MaxPrice
            || !reader.TryReadUInt64(out var first) || first > long.MaxValue - MaxReadKeys
            || !reader.TryReadByte(out var count) || count is 0 or > MaxReadKeys)
            return false;
        var keys = new Ed25519PublicKey[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadBytes(Ed25519PublicKey.Size, out var key) || !Ed25519PublicKey.TryParse(key, out keys[i]))
                return false;
        }

        if (!reader.TryReadLengthPrefixed(BundleAnswer.MaxSize, out var bundle))
            return false;
        var end = reader.Consumed;
        if (!reader.TryReadBytes(Ed25519PublicKey.SignatureSize, out var signature) || !reader.IsAtEnd
            || !Ed25519PublicKey.TryParse(maker.ToArray(), out var account) || !account.Verify(Label, Signed(boxSecret, bytes[..end]), signature))
            return false;
        standing = new StandingBundle((long)madeAt, price, (long)first, keys, bundle.ToArray());
        return true;
    }

    private static byte[] Signed(ReadOnlySpan<byte> boxSecret, ReadOnlySpan<byte> body) => [.. boxSecret, .. body];
}
