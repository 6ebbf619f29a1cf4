namespace Kith.Crypto.Kem;

/// <summary>The public matrix A, expanded from ρ by rejection sampling over SHAKE128 (algorithm 1, Parse). Everything here is public.</summary>
internal static class KyberMatrix
{
    /// <summary>Row i of A, or of its transpose, in the transform's domain.</summary>
    public static void SampleRow(Span<short> row, ReadOnlySpan<byte> rho, int i, bool transposed)
    {
        for (int j = 0; j < KyberEncryption.Rank; j++)
        {
            Span<short> element = row.Slice(j * KyberPolynomial.Degree, KyberPolynomial.Degree);
            if (transposed)
                SampleElement(element, rho, (byte)i, (byte)j);
            else
                SampleElement(element, rho, (byte)j, (byte)i);
        }
    }

    private static void SampleElement(Span<short> p, ReadOnlySpan<byte> rho, byte first, byte second)
    {
        Span<ulong> state = stackalloc ulong[Keccak.StateWords];
        Span<byte> block = stackalloc byte[Keccak.Shake128Rate];
        Keccak sponge = Keccak.Shake128(state);
        sponge.Absorb(rho);
        sponge.Absorb([first, second]);

        int filled = 0;
        while (filled < p.Length)
        {
            sponge.Squeeze(block);
            for (int at = 0; at < block.Length && filled < p.Length; at += 3)
            {
                int a = block[at] | ((block[at + 1] & 0x0F) << 8);
                int b = (block[at + 1] >> 4) | (block[at + 2] << 4);
                if (a < KyberField.Q)
                    p[filled++] = (short)a;
                if (b < KyberField.Q && filled < p.Length)
                    p[filled++] = (short)b;
            }
        }
    }
}
