using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Envelopes;

/// <summary>
/// The secret that two people share for their envelopes, drawn at random by the one who adds the other and carried inside the first ratchet message. Either side can
/// replace it later: the higher rotation wins, of equals the greater bytes, so that both sides end with the same.
/// </summary>
public sealed class PairSecret : IDisposable
{
    /// <summary>Bytes in the secret.</summary>
    public const int SecretSize = 32;

    /// <summary>Bytes in its encoding.</summary>
    public const int Size = sizeof(uint) + SecretSize;

    private readonly SecretBytes _secret;

    private PairSecret(uint rotation, SecretBytes secret)
    {
        Rotation = rotation;
        _secret = secret;
    }

    /// <summary>How often it was replaced.</summary>
    public uint Rotation { get; }

    internal ReadOnlySpan<byte> Value => _secret.Value;

    /// <summary>Draws a secret; <paramref name="rotation"/> is 0 for a new pair, else one more than that of the newest.</summary>
    public static PairSecret Generate(IRandom random, uint rotation) => new(rotation, SecretBytes.Generate(random, SecretSize));

    /// <summary>Whether this one takes the place of <paramref name="other"/>.</summary>
    public bool Supersedes(PairSecret other) => Rotation != other.Rotation
        ? Rotation > other.Rotation
        : Value.SequenceCompareTo(other.Value) > 0;

    /// <summary>Whether both are the same secret, in constant time.</summary>
    public bool IsSame(PairSecret other) => Rotation == other.Rotation && ConstantTime.Equals(Value, other.Value);

    /// <summary>Writes it, <see cref="Size"/> bytes: for the vault and for the ratchet's plaintext alone.</summary>
    public void Write(WireWriter writer)
    {
        writer.WriteUInt32(Rotation);
        writer.WriteBytes(Value);
    }

    /// <summary>Reads exactly <see cref="Size"/> bytes; false for anything else, and for a secret of zeroes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PairSecret? secret)
    {
        secret = null;
        var reader = new WireReader(bytes);
        if (!reader.TryReadUInt32(out var rotation) || !reader.TryReadBytes(SecretSize, out var value) || !reader.IsAtEnd || ConstantTime.IsZero(value))
            return false;
        secret = new PairSecret(rotation, new SecretBytes(value));
        return true;
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose() => _secret.Dispose();
}
