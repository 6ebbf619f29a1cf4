using System.Security.Cryptography;
using Kith.Crypto;

namespace Kith.Transport.Connections;

/// <summary>
/// What one direction's keys come from: an output of Noise's Split, from which the packets' key, the headers' key and the next secret are derived
/// as RFC 9001 sections 5.1 and 6.1 do, with keyed BLAKE2s in HKDF's place. The headers' key never changes.
/// </summary>
internal sealed class PacketSecrets : IDisposable
{
    private SecretBytes _secret;

    /// <summary>Takes the secret over.</summary>
    public PacketSecrets(SecretBytes secret)
    {
        _secret = secret;
        HeaderKey = Derive("kith-udp-header-v1"u8);
        Key = DeriveKey();
    }

    public SecretBytes HeaderKey { get; }

    /// <summary>The key of the current phase.</summary>
    public ChaCha20Poly1305Key Key { get; private set; }

    /// <summary>Goes on to the next phase; the caller gets the key of the last one, to use for a while and dispose.</summary>
    public ChaCha20Poly1305Key Update()
    {
        var next = Derive("kith-udp-next-v1"u8);
        _secret.Dispose();
        _secret = next;
        var old = Key;
        Key = DeriveKey();
        return old;
    }

    public void Dispose()
    {
        _secret.Dispose();
        HeaderKey.Dispose();
        Key.Dispose();
    }

    private SecretBytes Derive(ReadOnlySpan<byte> label)
    {
        Span<byte> output = stackalloc byte[ChaCha20Poly1305Aead.KeySize];
        Blake2s.Hash(_secret.Value, label, output);
        var result = new SecretBytes(output);
        CryptographicOperations.ZeroMemory(output);
        return result;
    }

    private ChaCha20Poly1305Key DeriveKey()
    {
        using var key = Derive("kith-udp-key-v1"u8);
        return new ChaCha20Poly1305Key(key.Value);
    }
}
