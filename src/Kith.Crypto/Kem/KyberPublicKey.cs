using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Kith.Crypto.Kem;

/// <summary>
/// A Kyber-1024 public key. Serialised as the Signal protocol does: the type byte 0x08, then <see cref="Kyber1024.PublicKeySize"/> bytes.
/// </summary>
public sealed class KyberPublicKey : IEquatable<KyberPublicKey>
{
    /// <summary>The type byte before keys and ciphertexts (libsignal, rust/protocol/src/kem.rs).</summary>
    public const byte TypeByte = 0x08;

    /// <summary>Bytes of a serialised key.</summary>
    public const int SerializedSize = 1 + Kyber1024.PublicKeySize;

    /// <summary>Bytes of a serialised ciphertext.</summary>
    public const int SerializedCiphertextSize = 1 + Kyber1024.CiphertextSize;

    private readonly byte[] _serialized;

    private KyberPublicKey(byte[] serialized) => _serialized = serialized;

    /// <summary>Type byte ‖ key.</summary>
    public ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>Reads a serialised key; false when its type byte or length is wrong. Any key of the right length is a key, as in round 3.</summary>
    public static bool TryParse(ReadOnlySpan<byte> serialized, [NotNullWhen(true)] out KyberPublicKey? key)
    {
        bool valid = serialized.Length == SerializedSize && serialized[0] == TypeByte;
        key = valid ? new KyberPublicKey(serialized.ToArray()) : null;
        return valid;
    }

    /// <summary>Makes a secret for the key's owner: the serialised ciphertext (<see cref="SerializedCiphertextSize"/> bytes) and 32 secret bytes
    /// into <paramref name="sharedSecret"/>.</summary>
    public byte[] Encapsulate(IRandom random, Span<byte> sharedSecret)
    {
        Span<byte> seed = stackalloc byte[Kyber1024.EncapsulationSeedSize];
        random.Fill(seed);
        byte[] ciphertext = new byte[SerializedCiphertextSize];
        ciphertext[0] = TypeByte;
        Kyber1024.Encapsulate(_serialized.AsSpan(1), seed, ciphertext.AsSpan(1), sharedSecret);
        CryptographicOperations.ZeroMemory(seed);
        return ciphertext;
    }

    /// <inheritdoc/>
    public bool Equals(KyberPublicKey? other) => other is not null && _serialized.AsSpan().SequenceEqual(other._serialized);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KyberPublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_serialized, 1);
}
