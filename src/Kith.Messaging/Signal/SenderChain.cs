using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>Our chain of messages under our current ratchet key. Owns the key.</summary>
internal sealed class SenderChain(X25519PrivateKey ratchetKey, Key32 chainKey, uint index) : IDisposable
{
    public Key32 ChainKey = chainKey;

    public X25519PrivateKey RatchetKey { get; } = ratchetKey;

    /// <summary>The number of the next message.</summary>
    public uint Index { get; set; } = index;

    public void Dispose()
    {
        ChainKey.Wipe();
        RatchetKey.Dispose();
    }
}
