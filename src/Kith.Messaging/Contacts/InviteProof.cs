using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>
/// Shows that somebody holds an invite's secret without showing it: BLAKE2b keyed by the secret over a label, the handshake hash of the session and the account that
/// adds. Bound to both, it is of no use to whoever sees it, in another session or for another account (docs/protocol/link.md).
/// </summary>
public static class InviteProof
{
    /// <summary>Bytes in a proof.</summary>
    public const int Size = 32;

    /// <summary>Longest handshake hash (Noise §5.2: HASHLEN is 32 or 64).</summary>
    public const int MaxHandshakeHashSize = 64;

    private static ReadOnlySpan<byte> Label => "kith-invite-proof-v1\0"u8;

    /// <summary>Makes the proof into <paramref name="proof"/>, <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">The handshake hash is empty or too long, or the secret or the proof has a wrong size.</exception>
    public static void Make(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> handshakeHash, AccountId adder, Span<byte> proof)
    {
        if (secret.Length != Invite.SecretSize)
            throw new ArgumentException($"a secret has {Invite.SecretSize} bytes", nameof(secret));
        if (handshakeHash.Length is 0 or > MaxHandshakeHashSize)
            throw new ArgumentException("a proof is bound to a session: it needs its handshake hash", nameof(handshakeHash));
        if (proof.Length != Size)
            throw new ArgumentException($"a proof has {Size} bytes", nameof(proof));
        Span<byte> input = stackalloc byte[Label.Length + 1 + MaxHandshakeHashSize + AccountId.Size];
        Label.CopyTo(input);
        input[Label.Length] = (byte)handshakeHash.Length;
        handshakeHash.CopyTo(input[(Label.Length + 1)..]);
        var end = Label.Length + 1 + handshakeHash.Length;
        adder.CopyTo(input[end..]);
        Blake2b.Hash(secret, input[..(end + AccountId.Size)], proof);
    }

    /// <summary>Whether the proof is right, in constant time; false too for a session without a handshake hash.</summary>
    public static bool Verify(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> handshakeHash, AccountId adder, ReadOnlySpan<byte> proof)
    {
        if (proof.Length != Size || secret.Length != Invite.SecretSize || handshakeHash.Length is 0 or > MaxHandshakeHashSize)
            return false;
        Span<byte> expected = stackalloc byte[Size];
        Make(secret, handshakeHash, adder, expected);
        return ConstantTime.Equals(expected, proof);
    }
}
