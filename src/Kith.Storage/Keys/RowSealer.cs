using System.Security.Cryptography;
using Kith.Crypto;
using Kith.Storage.Sql;

namespace Kith.Storage.Keys;

/// <summary>Which table a sealed value belongs to: the first byte of its associated data. Stored: never reuse one.</summary>
internal enum SealedTable : byte
{
    Check = 1,
    Peers = 2,
    Records = 3,
    Messages = 4,
    Outbox = 5,
}

/// <summary>
/// Seals values with XChaCha20-Poly1305 under the rows key: nonce (24) ‖ ciphertext ‖ tag (16). Nonces are random: at 192 bits, two of 2^64
/// values share one with probability 2^-65, whatever copies of the vault exist, and they say nothing of the order of writes. The associated
/// data names table and row, so that no value passes in another's place. For one thread at a time.
/// </summary>
internal sealed class RowSealer(SecretBytes key, IRandom random) : IDisposable
{
    /// <summary>What sealing adds to a value, bytes.</summary>
    public const int Overhead = XChaCha20Poly1305Aead.NonceSize + XChaCha20Poly1305Aead.TagSize;

    /// <summary>Nonces are drawn this many at a time, since a call to the generator costs as much as the sealing.</summary>
    private const int NoncesPerDraw = 128;

    private const int FirstScratchSize = 4096;
    private const int LargestKeptScratch = 1 << 18;

    private readonly byte[] _nonces = new byte[NoncesPerDraw * XChaCha20Poly1305Aead.NonceSize];
    private int _nextNonce = NoncesPerDraw;
    private byte[] _scratch = new byte[FirstScratchSize];

    /// <summary>Seals a value; what is returned is valid until the next call.</summary>
    public ReadOnlySpan<byte> Seal(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> value)
    {
        var result = Scratch(value.Length + Overhead);
        var nonce = result[..XChaCha20Poly1305Aead.NonceSize];
        DrawNonce(nonce);
        XChaCha20Poly1305Aead.Seal(key.Value, nonce, associatedData, value, result[XChaCha20Poly1305Aead.NonceSize..]);
        return result;
    }

    /// <summary>Opens into an array of its own.</summary>
    /// <exception cref="VaultException">It is damaged.</exception>
    public byte[] Open(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedValue)
    {
        var value = new byte[Math.Max(sealedValue.Length - Overhead, 0)];
        Open(associatedData, sealedValue, value);
        return value;
    }

    /// <summary>Opens; what is returned is valid until the next call.</summary>
    /// <exception cref="VaultException">It is damaged.</exception>
    public ReadOnlySpan<byte> OpenBriefly(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedValue)
    {
        var value = Scratch(Math.Max(sealedValue.Length - Overhead, 0));
        Open(associatedData, sealedValue, value);
        return value;
    }

    /// <summary>Opens; false when it is damaged or of another key.</summary>
    public bool TryOpen(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedValue, Span<byte> value) =>
        sealedValue.Length == value.Length + Overhead
        && XChaCha20Poly1305Aead.TryOpen(
            key.Value,
            sealedValue[..XChaCha20Poly1305Aead.NonceSize],
            associatedData,
            sealedValue[XChaCha20Poly1305Aead.NonceSize..],
            value);

    public void Dispose() => CryptographicOperations.ZeroMemory(_scratch);

    private void Open(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedValue, Span<byte> value)
    {
        if (!TryOpen(associatedData, sealedValue, value))
            throw Damaged();
    }

    /// <summary>A row that does not hold what it must.</summary>
    public static VaultException Damaged() =>
        new(VaultFault.Damaged, SqliteFaults.DamagedSentence, new CryptographicException("a row is not authentic"));

    private void DrawNonce(Span<byte> nonce)
    {
        if (_nextNonce == NoncesPerDraw)
        {
            random.Fill(_nonces);
            _nextNonce = 0;
        }
        _nonces.AsSpan(_nextNonce * nonce.Length, nonce.Length).CopyTo(nonce);
        _nextNonce++;
    }

    private Span<byte> Scratch(int size)
    {
        if (_scratch.Length < size || (_scratch.Length > LargestKeptScratch && size <= LargestKeptScratch))
        {
            CryptographicOperations.ZeroMemory(_scratch);
            _scratch = new byte[Math.Max(size, FirstScratchSize) * 2L <= LargestKeptScratch ? Math.Max(size, FirstScratchSize) * 2 : size];
        }
        return _scratch.AsSpan(0, size);
    }
}
