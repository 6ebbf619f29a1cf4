using System.Security.Cryptography;

namespace Kith.Crypto.Tests.Kem;

/// <summary>The AES-256 CTR_DRBG that the known-answer harness of the NIST competition draws from (SP 800-90A §10.2.1, no derivation function).</summary>
internal sealed class KatRandom : IDisposable
{
    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _counter = new byte[16];

    public KatRandom(ReadOnlySpan<byte> seed)
    {
        _aes.Key = new byte[32];
        Update(seed);
    }

    public void Fill(Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[16];
        while (!destination.IsEmpty)
        {
            NextBlock(block);
            int length = Math.Min(16, destination.Length);
            block[..length].CopyTo(destination);
            destination = destination[length..];
        }

        Update(new byte[48]);
    }

    public void Dispose() => _aes.Dispose();

    private void Update(ReadOnlySpan<byte> provided)
    {
        Span<byte> fresh = stackalloc byte[48];
        for (int i = 0; i < 3; i++)
            NextBlock(fresh.Slice(16 * i, 16));
        for (int i = 0; i < fresh.Length; i++)
            fresh[i] ^= provided[i];
        _aes.Key = fresh[..32].ToArray();
        fresh[32..].CopyTo(_counter);
    }

    private void NextBlock(Span<byte> block)
    {
        for (int i = 15; i >= 0 && ++_counter[i] == 0; i--)
        {
        }

        _aes.EncryptEcb(_counter, block, PaddingMode.None);
    }
}
