using System.Security.Cryptography;
using System.Text;

namespace Kith.Crypto.Noise;

/// <summary>SymmetricState of Noise §5.2: the chaining key, the transcript hash and the cipher of a handshake.</summary>
internal sealed class SymmetricState : IDisposable
{
    private readonly NoiseHash _hash;
    private readonly byte[] _chainingKey = GC.AllocateArray<byte>(NoiseHash.Size, pinned: true);
    private readonly byte[] _h = new byte[NoiseHash.Size];
    private readonly CipherState _cipher;

    /// <summary>InitializeSymmetric(protocol_name).</summary>
    public SymmetricState(NoiseProtocol protocol)
    {
        _hash = protocol.Hash;
        var name = Encoding.ASCII.GetBytes(protocol.Name);
        if (name.Length <= NoiseHash.Size)
            name.CopyTo(_h, 0);
        else
            _hash.Hash(name, [], _h);
        _h.CopyTo(_chainingKey, 0);
        _cipher = new CipherState();
    }

    private SymmetricState(SymmetricState other)
    {
        _hash = other._hash;
        other._chainingKey.CopyTo(_chainingKey, 0);
        other._h.CopyTo(_h, 0);
        _cipher = other._cipher.Fork();
    }

    /// <summary>GetHandshakeHash().</summary>
    public ReadOnlySpan<byte> HandshakeHash => _h;

    public bool HasKey => _cipher.HasKey;

    public void MixKey(ReadOnlySpan<byte> inputKey)
    {
        Span<byte> outputs = stackalloc byte[2 * NoiseHash.Size];
        _hash.Hkdf(_chainingKey, inputKey, outputs);
        outputs[..NoiseHash.Size].CopyTo(_chainingKey);
        _cipher.InitializeKey(outputs[NoiseHash.Size..]);
        CryptographicOperations.ZeroMemory(outputs);
    }

    public void MixHash(ReadOnlySpan<byte> data)
    {
        Span<byte> next = stackalloc byte[NoiseHash.Size];
        _hash.Hash(_h, data, next);
        next.CopyTo(_h);
    }

    public void MixKeyAndHash(ReadOnlySpan<byte> inputKey)
    {
        Span<byte> outputs = stackalloc byte[3 * NoiseHash.Size];
        _hash.Hkdf(_chainingKey, inputKey, outputs);
        outputs[..NoiseHash.Size].CopyTo(_chainingKey);
        MixHash(outputs.Slice(NoiseHash.Size, NoiseHash.Size));
        _cipher.InitializeKey(outputs[(2 * NoiseHash.Size)..]);
        CryptographicOperations.ZeroMemory(outputs);
    }

    public int EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        var size = _cipher.EncryptWithAd(_h, plaintext, destination);
        MixHash(destination[..size]);
        return size;
    }

    public bool TryDecryptAndHash(ReadOnlySpan<byte> ciphertext, Span<byte> destination, out int written)
    {
        if (!_cipher.TryDecryptWithAd(_h, ciphertext, destination, out written))
            return false;
        MixHash(ciphertext);
        return true;
    }

    /// <summary>Split(): the initiator's sending cipher, then the responder's.</summary>
    public (CipherState First, CipherState Second) Split()
    {
        Span<byte> keys = stackalloc byte[2 * NoiseHash.Size];
        _hash.Hkdf(_chainingKey, [], keys);
        var result = (new CipherState(keys[..NoiseHash.Size]), new CipherState(keys[NoiseHash.Size..]));
        CryptographicOperations.ZeroMemory(keys);
        return result;
    }

    /// <summary>The two outputs of Split() themselves, the initiator's sending one first: for carriers that derive more than one key from each.</summary>
    public (SecretBytes First, SecretBytes Second) SplitSecrets()
    {
        Span<byte> keys = stackalloc byte[2 * NoiseHash.Size];
        _hash.Hkdf(_chainingKey, [], keys);
        var result = (new SecretBytes(keys[..NoiseHash.Size]), new SecretBytes(keys[NoiseHash.Size..]));
        CryptographicOperations.ZeroMemory(keys);
        return result;
    }

    /// <summary>A copy that goes its own way.</summary>
    public SymmetricState Fork() => new(this);

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_chainingKey);
        _cipher.Dispose();
    }
}
