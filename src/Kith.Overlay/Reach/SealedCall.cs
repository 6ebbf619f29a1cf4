using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Crypto.Noise;
using Kith.Transport;

namespace Kith.Overlay.Reach;

/// <summary>
/// A call's seal: the two messages of Noise IK (of IKpsk0 in a private swarm) between the transport keys of caller and called, with the handle in the prologue, so that a call through one
/// introducer, or to an earlier run, opens nowhere else. Who answers has shown that it could read the call.
/// </summary>
internal sealed class SealedCall : IDisposable
{
    /// <summary>Bytes of a sealed call: an ephemeral key, the caller's key and the content, the last two with a tag each (Noise section 7.5).</summary>
    public const int CallSize = NoiseProtocol.PublicKeySize + NoiseProtocol.PublicKeySize + NoiseProtocol.TagSize + CallContent.Size + NoiseProtocol.TagSize;

    /// <summary>Bytes of a sealed answer.</summary>
    public const int AnswerSize = NoiseProtocol.PublicKeySize + CallContent.Size + NoiseProtocol.TagSize;

    private static readonly NoiseProtocol OpenPattern = NoiseProtocol.Parse("Noise_IK_25519_ChaChaPoly_BLAKE2s");
    private static readonly NoiseProtocol SwarmPattern = NoiseProtocol.Parse("Noise_IKpsk0_25519_ChaChaPoly_BLAKE2s");

    private readonly HandshakeState _noise;

    private SealedCall(TransportIdentity identity, X25519PublicKey? remote, NodeHandle handle)
    {
        byte[] prologue = [.. "kith call"u8, 1, .. handle.ToArray()];
        _noise = new HandshakeState(
            identity.SwarmKey is null ? OpenPattern : SwarmPattern, remote is not null, prologue, identity.StaticKey, remote, identity.SwarmKey, identity.Random);
    }

    /// <summary>The caller's key, to whom it calls; proved by the answer to the one, by the content to the other.</summary>
    public X25519PublicKey Remote => _noise.RemoteStatic!.Value;

    /// <summary>Seals a call.</summary>
    public static SealedCall Begin(TransportIdentity identity, X25519PublicKey remote, NodeHandle handle, CallContent content, out byte[] message)
    {
        var call = new SealedCall(identity, remote, handle);
        message = call.Write(content, CallSize);
        return call;
    }

    /// <summary>Opens a call; false when it is not for this identity and handle, or says nothing that can be read.</summary>
    public static bool TryOpen(
        TransportIdentity identity, NodeHandle handle, ReadOnlySpan<byte> message, [NotNullWhen(true)] out SealedCall? call, [NotNullWhen(true)] out CallContent? content)
    {
        call = new SealedCall(identity, null, handle);
        if (call.TryRead(message, CallSize, out content))
            return true;
        call.Dispose();
        call = null;
        return false;
    }

    /// <summary>Seals the answer, once.</summary>
    public byte[] Answer(CallContent content) => Write(content, AnswerSize);

    /// <summary>Opens the answer. After one that does not open none does: who passes it on can spoil it, and could as well keep it.</summary>
    public bool TryReadAnswer(ReadOnlySpan<byte> message, [NotNullWhen(true)] out CallContent? content) => TryRead(message, AnswerSize, out content);

    public void Dispose() => _noise.Dispose();

    private byte[] Write(CallContent content, int size)
    {
        Span<byte> plain = stackalloc byte[CallContent.Size];
        content.Write(plain);
        var message = new byte[size];
        _noise.WriteMessage(plain, message);
        return message;
    }

    private bool TryRead(ReadOnlySpan<byte> message, int size, [NotNullWhen(true)] out CallContent? content)
    {
        content = null;
        Span<byte> plain = stackalloc byte[CallSize];
        return message.Length == size && _noise.TryReadMessage(message, plain, out var written) && CallContent.TryRead(plain[..written], out content);
    }
}
