using Kith.Crypto;
using Kith.Transport;

namespace Kith.Forwarding.Meeting;

/// <summary>What a handle at a meeting point is made of, 16 random bytes: whoever shows them may leave reply blocks there, or give the handle up. Contacts get the handle alone.</summary>
/// <param name="Value">The bytes.</param>
public readonly record struct MeetingSecret(NodeHandle Value)
{
    /// <summary>The handle: the first 16 bytes of SHA-256("kith-meeting-v1" ‖ 0x00 ‖ secret).</summary>
    public NodeHandle Handle
    {
        get
        {
            Span<byte> hash = stackalloc byte[Sha256.HashSize];
            Sha256.Hash([.. "kith-meeting-v1\0"u8, .. Value.ToArray()], hash);
            _ = NodeHandle.TryRead(hash[..NodeHandle.Size], out var handle);
            return handle;
        }
    }

    /// <summary>A fresh one.</summary>
    public static MeetingSecret Draw(IRandom random)
    {
        _ = NodeHandle.TryRead(random.NextBytes(NodeHandle.Size), out var value);
        return new MeetingSecret(value);
    }
}
