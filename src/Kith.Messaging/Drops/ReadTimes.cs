using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Drops;

/// <summary>When each box was last read to the end, in the vault: whoever restores a backup reads again from there. A box is known by the first 16 bytes of the SHA-256 of its secret.</summary>
internal sealed class ReadTimes
{
    /// <summary>Written anew when it moved by so much, milliseconds: a box holds a day.</summary>
    public const long Step = 60 * 60 * 1000;

    private readonly Surroundings _around;
    private readonly Dictionary<Bits128, long> _times = [];

    public ReadTimes(Surroundings around)
    {
        _around = around;
        foreach (var (key, value) in around.Records.All(RecordKind.BoxRead))
        {
            if (key.Length == Bits128.Size && value.Length == sizeof(long))
                _times[Bits128.Read(key)] = BinaryPrimitives.ReadInt64BigEndian(value);
        }
    }

    /// <summary>Unix milliseconds; null when the box was never read.</summary>
    public long? Of(ReadOnlySpan<byte> secret) => _times.TryGetValue(Key(secret), out var at) ? at : null;

    public void Set(ReadOnlySpan<byte> secret, long at)
    {
        var key = Key(secret);

        // A clock that went back makes a box be read again, no more.
        if (_times.TryGetValue(key, out var before) && at >= before && at < before + Step)
            return;
        _times[key] = at;
        Span<byte> value = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(value, at);
        _around.Records.Put(RecordKind.BoxRead, key.ToArray(), value);
    }

    /// <summary>Forgets all boxes but these.</summary>
    public void KeepOnly(IEnumerable<ReadOnlyMemory<byte>> secrets)
    {
        var kept = secrets.Select(secret => Key(secret.Span)).ToHashSet();
        foreach (var key in _times.Keys.Where(key => !kept.Contains(key)).ToArray())
        {
            _times.Remove(key);
            _around.Records.Remove(RecordKind.BoxRead, key.ToArray());
        }
    }

    private static Bits128 Key(ReadOnlySpan<byte> secret)
    {
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(secret, hash);
        return Bits128.Read(hash);
    }
}
