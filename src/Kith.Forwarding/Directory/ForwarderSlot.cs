using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Overlay.Dht;

namespace Kith.Forwarding.Directory;

/// <summary>Under which keys of the DHT forwarders announce themselves (docs/protocol/paths.md, "Finding forwarders"): sixteen for each epoch, each forwarder under one.</summary>
public static class ForwarderSlot
{
    private static ReadOnlySpan<byte> Label => "kith-forward-key-v1\0"u8;

    /// <summary>The slot of a forwarder in an epoch.</summary>
    public static int Of(X25519PublicKey forwarder, int epoch)
    {
        Span<byte> input = stackalloc byte[X25519PublicKey.Size + sizeof(uint)];
        forwarder.CopyTo(input);
        BinaryPrimitives.WriteInt32BigEndian(input[X25519PublicKey.Size..], epoch);
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(input, hash);
        return hash[0] % DirectoryLimits.Slots;
    }

    /// <summary>The key of a slot: the first 20 bytes of SHA-256("kith-forward-key-v1" ‖ 0x00 ‖ epoch (4) ‖ slot (1)).</summary>
    public static NodeId Key(int epoch, int slot)
    {
        Span<byte> input = stackalloc byte[Label.Length + sizeof(uint) + 1];
        Label.CopyTo(input);
        BinaryPrimitives.WriteInt32BigEndian(input[Label.Length..], epoch);
        input[^1] = (byte)slot;
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(input, hash);
        _ = NodeId.TryRead(hash[..NodeId.Size], out var key);
        return key;
    }
}
