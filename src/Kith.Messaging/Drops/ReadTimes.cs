using System.Buffers.Binary;
using Kith.Crypto;

namespace Kith.Messaging.Drops;

/// <summary>When each box was last read to the end, in the vault: whoever restores a backup reads again from there.</summary>
internal sealed class ReadTimes(Surroundings around)
{
    /// <summary>Written anew when it moved by so much, milliseconds: a box holds a day.</summary>
    public const long Step = 60 * 60 * 1000;

    private const int KeySize = 16;

    /// <summary>Unix milliseconds; null when the box was never read.</summary>
    public long? Of(ReadOnlySpan<byte> secret) => Read(Key(secret));

    public void Set(ReadOnlySpan<byte> secret, long at)
    {
        var key = Key(secret);
        // A clock that went back makes a box be read again, no more.
        if (Read(key) is { } before && at >= before && at < before + Step)
            return;
        Span<byte> value = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(value, at);
        around.Records.Put(RecordKind.BoxRead, key, value);
    }

    /// <summary>Forgets all boxes but these.</summary>
    public void KeepOnly(IEnumerable<ReadOnlyMemory<byte>> secrets)
    {
        var kept = secrets.Select(secret => Convert.ToHexString(Key(secret.Span))).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, _) in around.Records.All(RecordKind.BoxRead).Where(record => !kept.Contains(Convert.ToHexString(record.Key))))
            around.Records.Remove(RecordKind.BoxRead, key);
    }

    private static byte[] Key(ReadOnlySpan<byte> secret)
    {
        var hash = new byte[Sha256.HashSize];
        Sha256.Hash(secret, hash);
        return hash[..KeySize];
    }

    private long? Read(byte[] key) =>
        around.Records.Get(RecordKind.BoxRead, key) is { Length: sizeof(long) } value ? BinaryPrimitives.ReadInt64BigEndian(value) : null;
}
