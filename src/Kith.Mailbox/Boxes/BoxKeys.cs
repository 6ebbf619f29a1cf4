using System.Buffers.Binary;
using Kith.Crypto;

namespace Kith.Mailbox.Boxes;

/// <summary>What one of the two ends of a box has of it in one period: where it is, the keys that put, read and delete, and the one that seals chunks.</summary>
public sealed class BoxKeys : IDisposable
{
    private readonly SecretBytes _chunkKey;

    private BoxKeys(long index, PublicBox box, Ed25519PrivateKey write, Ed25519PrivateKey? read, SecretBytes chunkKey)
    {
        (Index, Box, Write, Read) = (index, box, write, read);
        _chunkKey = chunkKey;
    }

    /// <summary>The period's number.</summary>
    public long Index { get; }

    /// <summary>What holders know of it.</summary>
    public PublicBox Box { get; }

    /// <summary>Where it is.</summary>
    public BoxAddress Address => Box.Address;

    /// <summary>Signs entries.</summary>
    public Ed25519PrivateKey Write { get; }

    /// <summary>Signs what reads and deletes; null for who writes into the request box of a link.</summary>
    public Ed25519PrivateKey? Read { get; }

    /// <summary>Seals chunks, 32 bytes.</summary>
    internal ReadOnlySpan<byte> ChunkKey => _chunkKey.Value;

    private static ReadOnlySpan<byte> Label => "kith-box-period-v1\0"u8;

    /// <summary>The writer's keys of a period; null where the reader's key of that period is not known.</summary>
    public static BoxKeys? ForWriter(WritableBox row, long index)
    {
        if (row.ReadKeys is null)
            return Derive(row.Secret, null, row.Price, index);
        return row.ReadKeys.TryGetValue(index, out var read) ? Derive(row.Secret, read, row.Price, index) : null;
    }

    /// <summary>The reader's keys of a period.</summary>
    public static BoxKeys ForReader(ReadableBox row, long index)
    {
        if (row.ReadSecret is null)
            return Derive(row.Secret, null, row.Price, index);
        Span<byte> write = stackalloc byte[Seeds.Size], read = stackalloc byte[Seeds.Size];
        Seeds.Fill(row.Secret, index, write);
        Seeds.Fill(row.ReadSecret, index, read);
        return Make(index, row.Price, Ed25519PrivateKey.FromSeed(Seeds.Write(write)), Ed25519PrivateKey.FromSeed(Seeds.Read(read)), write, read);
    }

    /// <summary>The public read key of a period from the secret behind it: what the maker of a link publishes for its request box.</summary>
    public static Ed25519PublicKey ReadKeyOf(BoxSecret readSecret, long index)
    {
        Span<byte> seeds = stackalloc byte[Seeds.Size];
        Seeds.Fill(readSecret, index, seeds);
        using var read = Ed25519PrivateKey.FromSeed(Seeds.Read(seeds));
        seeds.Clear();
        return read.PublicKey;
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        Write.Dispose();
        Read?.Dispose();
        _chunkKey.Dispose();
    }

    private static BoxKeys Derive(BoxSecret secret, Ed25519PublicKey? otherRead, int price, long index)
    {
        Span<byte> seeds = stackalloc byte[Seeds.Size];
        Seeds.Fill(secret, index, seeds);
        var write = Ed25519PrivateKey.FromSeed(Seeds.Write(seeds));
        if (otherRead is null)
            return Make(index, price, write, Ed25519PrivateKey.FromSeed(Seeds.Read(seeds)), seeds, seeds);
        var keys = new BoxKeys(index, new PublicBox(write.PublicKey, otherRead.Value, price), write, null, new SecretBytes(Seeds.Chunk(seeds)));
        seeds.Clear();
        return keys;
    }

    private static BoxKeys Make(long index, int price, Ed25519PrivateKey write, Ed25519PrivateKey read, Span<byte> seeds, Span<byte> readSeeds)
    {
        var keys = new BoxKeys(index, new PublicBox(write.PublicKey, read.PublicKey, price), write, read, new SecretBytes(Seeds.Chunk(seeds)));
        seeds.Clear();
        readSeeds.Clear();
        return keys;
    }

    // write seed (32) ‖ read seed (32) ‖ chunk key (32) = HKDF-SHA256(box secret, info = label ‖ 0x00 ‖ index)
    private static class Seeds
    {
        public const int Size = 3 * Ed25519PrivateKey.SeedSize;

        public static void Fill(BoxSecret secret, long index, Span<byte> seeds)
        {
            Span<byte> info = stackalloc byte[Label.Length + sizeof(long)];
            Label.CopyTo(info);
            BinaryPrimitives.WriteInt64BigEndian(info[Label.Length..], index);
            Hkdf.DeriveKey(secret.Bytes, [], info, seeds);
        }

        public static ReadOnlySpan<byte> Write(ReadOnlySpan<byte> seeds) => seeds[..32];

        public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> seeds) => seeds[32..64];

        public static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> seeds) => seeds[64..];
    }
}
