using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Kith.Crypto.Kem;

/// <summary>
/// The sponge of FIPS 202 over Keccak-f[1600]: SHA3-256, SHA3-512, SHAKE128 and SHAKE256.
/// Managed because the platform's SHAKE cannot be read piece by piece on OpenSSL 3.0, which matrix sampling needs.
/// Neither branches nor indices depend on the data absorbed.
/// </summary>
internal ref struct Keccak
{
    /// <summary>Bytes per block of SHAKE128 (FIPS 202 §6.2, capacity 256).</summary>
    public const int Shake128Rate = 168;

    /// <summary>Bytes per block of SHAKE256 and SHA3-256 (capacity 512).</summary>
    public const int Shake256Rate = 136;

    private const int Sha3512Rate = 72;
    private const int Lanes = 25;
    private const byte Sha3Suffix = 0x06;
    private const byte ShakeSuffix = 0x1F;

    private static readonly ulong[] RoundConstants = BuildRoundConstants();

    private readonly Span<ulong> _state;
    private readonly int _rate;
    private readonly byte _suffix;
    private int _position;
    private bool _squeezing;

    private Keccak(Span<ulong> state, int rate, byte suffix)
    {
        state.Clear();
        _state = state;
        _rate = rate;
        _suffix = suffix;
    }

    /// <summary>Number of 64-bit words of scratch that every sponge needs.</summary>
    public const int StateWords = Lanes;

    /// <summary>A SHAKE128 sponge over <paramref name="state"/> (<see cref="StateWords"/> words, cleared here).</summary>
    public static Keccak Shake128(Span<ulong> state) => new(state[..Lanes], Shake128Rate, ShakeSuffix);

    /// <summary>A SHAKE256 sponge over <paramref name="state"/> (<see cref="StateWords"/> words, cleared here).</summary>
    public static Keccak Shake256(Span<ulong> state) => new(state[..Lanes], Shake256Rate, ShakeSuffix);

    /// <summary>SHA3-256 of <paramref name="first"/> ‖ <paramref name="second"/> into 32 bytes.</summary>
    public static void Sha3256(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> digest) =>
        Digest(Shake256Rate, Sha3Suffix, first, second, digest[..32]);

    /// <summary>SHA3-512 of <paramref name="first"/> ‖ <paramref name="second"/> into 64 bytes.</summary>
    public static void Sha3512(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> digest) =>
        Digest(Sha3512Rate, Sha3Suffix, first, second, digest[..64]);

    /// <summary>SHAKE256 of <paramref name="first"/> ‖ <paramref name="second"/>, as many bytes as <paramref name="output"/> has.</summary>
    public static void Shake256(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> output) =>
        Digest(Shake256Rate, ShakeSuffix, first, second, output);

    /// <summary>Absorbs more input. Only before the first <see cref="Squeeze"/>.</summary>
    public void Absorb(ReadOnlySpan<byte> data)
    {
        Span<byte> block = Block();
        foreach (byte value in data)
        {
            block[_position++] ^= value;
            if (_position == _rate)
            {
                Permute(_state);
                _position = 0;
            }
        }
    }

    /// <summary>Reads the next output bytes.</summary>
    public void Squeeze(Span<byte> output)
    {
        Span<byte> block = Block();
        if (!_squeezing)
        {
            block[_position] ^= _suffix;
            block[_rate - 1] ^= 0x80;
            _position = _rate;
            _squeezing = true;
        }

        while (!output.IsEmpty)
        {
            if (_position == _rate)
            {
                Permute(_state);
                _position = 0;
            }

            int length = Math.Min(output.Length, _rate - _position);
            block.Slice(_position, length).CopyTo(output);
            output = output[length..];
            _position += length;
        }
    }

    private readonly Span<byte> Block()
    {
        // The sponge reads lanes as little-endian bytes (FIPS 202 §B.1); every platform that .NET runs on is.
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Keccak needs a little-endian machine.");
        return MemoryMarshal.AsBytes(_state);
    }

    private static void Digest(int rate, byte suffix, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> output)
    {
        Span<ulong> state = stackalloc ulong[Lanes];
        var sponge = new Keccak(state, rate, suffix);
        sponge.Absorb(first);
        sponge.Absorb(second);
        sponge.Squeeze(output);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(state));
    }

    // FIPS 202 §3.2.5: the round constants are the output of a degree-8 LFSR, bit 2^j - 1 of each word.
    private static ulong[] BuildRoundConstants()
    {
        var constants = new ulong[24];
        byte register = 1;
        for (int round = 0; round < constants.Length; round++)
        {
            for (int j = 0; j <= 6; j++)
            {
                if ((register & 1) != 0)
                    constants[round] |= 1UL << ((1 << j) - 1);
                register = (byte)((register << 1) ^ ((register >> 7) * 0x71));
            }
        }

        return constants;
    }

    // FIPS 202 §3.3: theta, rho, pi, chi and iota, two dimensions unrolled so that the 25 lanes stay in registers where they fit.
    private static void Permute(Span<ulong> s)
    {
        ulong a0 = s[0], a1 = s[1], a2 = s[2], a3 = s[3], a4 = s[4];
        ulong a5 = s[5], a6 = s[6], a7 = s[7], a8 = s[8], a9 = s[9];
        ulong a10 = s[10], a11 = s[11], a12 = s[12], a13 = s[13], a14 = s[14];
        ulong a15 = s[15], a16 = s[16], a17 = s[17], a18 = s[18], a19 = s[19];
        ulong a20 = s[20], a21 = s[21], a22 = s[22], a23 = s[23], a24 = s[24];

        foreach (ulong constant in RoundConstants)
        {
            ulong c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20;
            ulong c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21;
            ulong c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22;
            ulong c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23;
            ulong c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24;
            ulong d0 = c4 ^ BitOperations.RotateLeft(c1, 1);
            ulong d1 = c0 ^ BitOperations.RotateLeft(c2, 1);
            ulong d2 = c1 ^ BitOperations.RotateLeft(c3, 1);
            ulong d3 = c2 ^ BitOperations.RotateLeft(c4, 1);
            ulong d4 = c3 ^ BitOperations.RotateLeft(c0, 1);

            ulong b0 = a0 ^ d0;
            ulong b10 = BitOperations.RotateLeft(a1 ^ d1, 1);
            ulong b20 = BitOperations.RotateLeft(a2 ^ d2, 62);
            ulong b5 = BitOperations.RotateLeft(a3 ^ d3, 28);
            ulong b15 = BitOperations.RotateLeft(a4 ^ d4, 27);
            ulong b16 = BitOperations.RotateLeft(a5 ^ d0, 36);
            ulong b1 = BitOperations.RotateLeft(a6 ^ d1, 44);
            ulong b11 = BitOperations.RotateLeft(a7 ^ d2, 6);
            ulong b21 = BitOperations.RotateLeft(a8 ^ d3, 55);
            ulong b6 = BitOperations.RotateLeft(a9 ^ d4, 20);
            ulong b7 = BitOperations.RotateLeft(a10 ^ d0, 3);
            ulong b17 = BitOperations.RotateLeft(a11 ^ d1, 10);
            ulong b2 = BitOperations.RotateLeft(a12 ^ d2, 43);
            ulong b12 = BitOperations.RotateLeft(a13 ^ d3, 25);
            ulong b22 = BitOperations.RotateLeft(a14 ^ d4, 39);
            ulong b23 = BitOperations.RotateLeft(a15 ^ d0, 41);
            ulong b8 = BitOperations.RotateLeft(a16 ^ d1, 45);
            ulong b18 = BitOperations.RotateLeft(a17 ^ d2, 15);
            ulong b3 = BitOperations.RotateLeft(a18 ^ d3, 21);
            ulong b13 = BitOperations.RotateLeft(a19 ^ d4, 8);
            ulong b14 = BitOperations.RotateLeft(a20 ^ d0, 18);
            ulong b24 = BitOperations.RotateLeft(a21 ^ d1, 2);
            ulong b9 = BitOperations.RotateLeft(a22 ^ d2, 61);
            ulong b19 = BitOperations.RotateLeft(a23 ^ d3, 56);
            ulong b4 = BitOperations.RotateLeft(a24 ^ d4, 14);

            a0 = b0 ^ (~b1 & b2) ^ constant;
            a1 = b1 ^ (~b2 & b3);
            a2 = b2 ^ (~b3 & b4);
            a3 = b3 ^ (~b4 & b0);
            a4 = b4 ^ (~b0 & b1);
            a5 = b5 ^ (~b6 & b7);
            a6 = b6 ^ (~b7 & b8);
            a7 = b7 ^ (~b8 & b9);
            a8 = b8 ^ (~b9 & b5);
            a9 = b9 ^ (~b5 & b6);
            a10 = b10 ^ (~b11 & b12);
            a11 = b11 ^ (~b12 & b13);
            a12 = b12 ^ (~b13 & b14);
            a13 = b13 ^ (~b14 & b10);
            a14 = b14 ^ (~b10 & b11);
            a15 = b15 ^ (~b16 & b17);
            a16 = b16 ^ (~b17 & b18);
            a17 = b17 ^ (~b18 & b19);
            a18 = b18 ^ (~b19 & b15);
            a19 = b19 ^ (~b15 & b16);
            a20 = b20 ^ (~b21 & b22);
            a21 = b21 ^ (~b22 & b23);
            a22 = b22 ^ (~b23 & b24);
            a23 = b23 ^ (~b24 & b20);
            a24 = b24 ^ (~b20 & b21);
        }

        s[0] = a0; s[1] = a1; s[2] = a2; s[3] = a3; s[4] = a4;
        s[5] = a5; s[6] = a6; s[7] = a7; s[8] = a8; s[9] = a9;
        s[10] = a10; s[11] = a11; s[12] = a12; s[13] = a13; s[14] = a14;
        s[15] = a15; s[16] = a16; s[17] = a17; s[18] = a18; s[19] = a19;
        s[20] = a20; s[21] = a21; s[22] = a22; s[23] = a23; s[24] = a24;
    }
}
