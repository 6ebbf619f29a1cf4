namespace Kith.Crypto.Noise;

/// <summary>
/// One direction of a Noise channel (§5.1): a key and the number of the next message. Not for use by two threads at once.
/// Where messages are lost or come out of order the caller carries the number in the packet and sets it here (§11.4),
/// and must refuse numbers that were seen before.
/// </summary>
public sealed class CipherState : IDisposable
{
    /// <summary>This number is kept for <see cref="Rekey"/>; no message bears it (§5.1).</summary>
    public const ulong NonceLimit = ulong.MaxValue;

    /// <summary>The longest plaintext of one message.</summary>
    public const int MaxPlaintextSize = NoiseProtocol.MaxMessageSize - NoiseProtocol.TagSize;

    private ChaCha20Poly1305Key? _key;

    internal CipherState()
    {
    }

    internal CipherState(ReadOnlySpan<byte> key) => _key = new ChaCha20Poly1305Key(key);

    /// <summary>The number of the next message.</summary>
    public ulong Nonce { get; private set; }

    /// <summary>Whether there is a key; without one, during a handshake, messages pass in the clear.</summary>
    public bool HasKey => _key is not null;

    /// <summary>SetNonce() of §5.1: the next message is <paramref name="nonce"/>. Never encrypt two messages under one number.</summary>
    public void SetNonce(ulong nonce) => Nonce = nonce;

    /// <summary>
    /// Encrypts the next message into the start of <paramref name="destination"/> and returns its size, 16 bytes above the
    /// plaintext's (the same without a key). Plaintext and destination may start at the same place.
    /// </summary>
    /// <exception cref="ArgumentException">The plaintext is too long or the destination too short.</exception>
    /// <exception cref="InvalidOperationException">All numbers are used up.</exception>
    public int EncryptWithAd(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        Misuse.ThrowUnlessWithin(plaintext.Length, 0, MaxPlaintextSize, nameof(plaintext));
        var size = plaintext.Length + (HasKey ? NoiseProtocol.TagSize : 0);
        Misuse.ThrowUnlessWithin(destination.Length, size, int.MaxValue, nameof(destination));
        if (_key is null)
        {
            plaintext.CopyTo(destination);
            return size;
        }
        if (Nonce == NonceLimit)
            throw new InvalidOperationException("all message numbers of this key are used up");
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Aead.NonceSize];
        ChaCha20Poly1305Key.WriteNonce(Nonce, nonce);
        _key.Seal(nonce, associatedData, plaintext, destination[..size]);
        Nonce++;
        return size;
    }

    /// <summary>
    /// Decrypts a message into the start of <paramref name="destination"/>. False, and the number stays, when it is not
    /// authentic, too short, too long, or all numbers are used up.
    /// </summary>
    /// <exception cref="ArgumentException">The destination is shorter than the plaintext.</exception>
    public bool TryDecryptWithAd(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, Span<byte> destination, out int written)
    {
        written = 0;
        var size = ciphertext.Length - (HasKey ? NoiseProtocol.TagSize : 0);
        if (size < 0 || ciphertext.Length > NoiseProtocol.MaxMessageSize)
            return false;
        Misuse.ThrowUnlessWithin(destination.Length, size, int.MaxValue, nameof(destination));
        if (_key is null)
        {
            ciphertext.CopyTo(destination);
            written = size;
            return true;
        }
        if (Nonce == NonceLimit)
            return false;
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Aead.NonceSize];
        ChaCha20Poly1305Key.WriteNonce(Nonce, nonce);
        if (!_key.TryOpen(nonce, associatedData, ciphertext, destination[..size]))
            return false;
        Nonce++;
        written = size;
        return true;
    }

    /// <summary>REKEY(k) of §4.2 and §11.3: k becomes the first 32 bytes of ENCRYPT(k, 2^64 − 1, "", zeroes). The number goes on.</summary>
    /// <exception cref="InvalidOperationException">There is no key yet.</exception>
    public void Rekey()
    {
        if (_key is null)
            throw new InvalidOperationException("there is no key to renew");
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Aead.NonceSize];
        ChaCha20Poly1305Key.WriteNonce(NonceLimit, nonce);
        Span<byte> output = stackalloc byte[ChaCha20Poly1305Aead.KeySize + ChaCha20Poly1305Aead.TagSize];
        Span<byte> zeroes = stackalloc byte[ChaCha20Poly1305Aead.KeySize];
        zeroes.Clear();
        _key.Seal(nonce, default, zeroes, output);
        InitializeKey(output[..ChaCha20Poly1305Aead.KeySize], Nonce);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(output);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _key?.Dispose();

    internal CipherState Fork() => _key is null ? new CipherState() : new CipherState(_key.Value) { Nonce = Nonce };

    internal void InitializeKey(ReadOnlySpan<byte> key, ulong nonce = 0)
    {
        var old = _key;
        _key = new ChaCha20Poly1305Key(key);
        old?.Dispose();
        Nonce = nonce;
    }
}
