using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>A chain of messages from the other side under one of its ratchet keys.</summary>
internal sealed class ReceiverChain(X25519PublicKey ratchetKey, Key32 chainKey, uint index)
{
    /// <summary>How far ahead of the newest message one may be (libsignal, MAX_FORWARD_JUMPS).</summary>
    public const int MaxForwardJumps = 25_000;

    /// <summary>The same in a session with oneself, where libsignal sets no bound; each step is a hash that anybody could cause.</summary>
    public const int MaxForwardJumpsToSelf = 250_000;

    /// <summary>
    /// The same in an archived session, tried without knowing that the message is of it: there are up to 40, and each could otherwise be made to hash 25,000 times.
    /// </summary>
    public const int MaxForwardJumpsArchived = SkippedKeys.MaxKeys;

    public Key32 ChainKey = chainKey;

    public X25519PublicKey RatchetKey { get; } = ratchetKey;

    /// <summary>The number of the next message.</summary>
    public uint Index { get; set; } = index;

    public SkippedKeys Skipped { get; } = new();
}
