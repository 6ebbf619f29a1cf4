using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Kith.Crypto;

/// <summary>
/// BLAKE2s (RFC 7693), with a key or without, 1 to 32 bytes of output. Managed, since libsodium does not have it; it takes
/// no branch and no index from the data.
/// </summary>
public static class Blake2s
{
    /// <summary>Longest output.</summary>
    public const int MaxHashSize = 32;

    /// <summary>Longest key.</summary>
    public const int MaxKeySize = 32;

    /// <summary>Bytes that one compression takes.</summary>
    public const int BlockSize = 64;

    /// <summary>Hashes <paramref name="data"/>; the length of <paramref name="destination"/> (1 to 32) chooses the output's.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination) => Hash([], data, [], destination);

    /// <summary>Hashes <paramref name="data"/> under <paramref name="key"/> (up to 32 bytes): a MAC.</summary>
    public static void Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination) => Hash(key, data, [], destination);

    /// <summary>Hashes first ‖ second.</summary>
    internal static void Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> destination)
    {
        Misuse.ThrowUnlessWithin(key.Length, 0, MaxKeySize, nameof(key));
        Misuse.ThrowUnlessWithin(destination.Length, 1, MaxHashSize, nameof(destination));
        var state = new State(destination.Length, key);
        state.Append(first);
        state.Append(second);
        state.Finish(destination);
    }

    private ref struct State
    {
        private Words _h;
        private Block _block;
        private int _filled;
        private ulong _counted;

        // RFC 7693 §3.3: the parameter block says the sizes; a key is the first block, padded with zeroes.
        public State(int hashSize, ReadOnlySpan<byte> key)
        {
            Iv.CopyTo(_h);
            _h[0] ^= 0x01010000u ^ ((uint)key.Length << 8) ^ (uint)hashSize;
            if (key.Length == 0)
                return;
            key.CopyTo(_block);
            _filled = BlockSize;
        }

        public void Append(ReadOnlySpan<byte> data)
        {
            while (data.Length > 0)
            {
                // The last block is compressed with a flag, so a full one waits until more comes.
                if (_filled == BlockSize)
                {
                    _counted += BlockSize;
                    Compress(false);
                    _filled = 0;
                }
                var n = Math.Min(BlockSize - _filled, data.Length);
                data[..n].CopyTo(((Span<byte>)_block)[_filled..]);
                _filled += n;
                data = data[n..];
            }
        }

        public void Finish(Span<byte> destination)
        {
            _counted += (ulong)_filled;
            ((Span<byte>)_block)[_filled..].Clear();
            Compress(true);
            Span<byte> hash = stackalloc byte[MaxHashSize];
            for (var i = 0; i < 8; i++)
                BinaryPrimitives.WriteUInt32LittleEndian(hash[(i * 4)..], _h[i]);
            hash[..destination.Length].CopyTo(destination);
            CryptographicOperations.ZeroMemory(_block);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<uint>)_h));
        }

        // §3.2, function F
        private void Compress(bool last)
        {
            Span<uint> v = stackalloc uint[16];
            Span<uint> m = stackalloc uint[16];
            ((ReadOnlySpan<uint>)_h).CopyTo(v);
            Iv.CopyTo(v[8..]);
            v[12] ^= (uint)_counted;
            v[13] ^= (uint)(_counted >> 32);
            if (last)
                v[14] = ~v[14];
            for (var i = 0; i < 16; i++)
                m[i] = BinaryPrimitives.ReadUInt32LittleEndian(((ReadOnlySpan<byte>)_block)[(i * 4)..]);
            for (var round = 0; round < 10; round++)
            {
                var s = Sigma.Slice(round * 16, 16);
                Mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
                Mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
                Mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
                Mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
                Mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
                Mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
                Mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
                Mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
            }
            for (var i = 0; i < 8; i++)
                _h[i] ^= v[i] ^ v[i + 8];
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(m));
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(v));
        }

        // §3.1, function G
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Mix(Span<uint> v, int a, int b, int c, int d, uint x, uint y)
        {
            v[a] += v[b] + x;
            v[d] = BitOperations.RotateRight(v[d] ^ v[a], 16);
            v[c] += v[d];
            v[b] = BitOperations.RotateRight(v[b] ^ v[c], 12);
            v[a] += v[b] + y;
            v[d] = BitOperations.RotateRight(v[d] ^ v[a], 8);
            v[c] += v[d];
            v[b] = BitOperations.RotateRight(v[b] ^ v[c], 7);
        }
    }

    // §2.6
    private static ReadOnlySpan<uint> Iv =>
        [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];

    // §2.7
    private static ReadOnlySpan<byte> Sigma =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    [InlineArray(8)]
    private struct Words
    {
        private uint _word;
    }

    [InlineArray(BlockSize)]
    private struct Block
    {
        private byte _byte;
    }
}
