using Kith.Crypto;
using Kith.Forwarding.Replay;
using Kith.Forwarding.Sphinx;

namespace Kith.Forwarding.Keys;

/// <summary>The key of one epoch, with what came under it.</summary>
public sealed class ForwardingKey
{
    internal ForwardingKey(int epoch, X25519PrivateKey key, ReplayTags tags)
    {
        (Epoch, Key, Tags) = (epoch, key, tags);
        Hint = SphinxFormat.HintOf(key.PublicKey);
    }

    /// <summary>Its epoch.</summary>
    public int Epoch { get; }

    /// <summary>The public half.</summary>
    public X25519PublicKey PublicKey => Key.PublicKey;

    /// <summary>What packets for it say it by: no two keys of a node have one hint.</summary>
    public byte Hint { get; }

    /// <summary>What came under it.</summary>
    public ReplayTags Tags { get; }

    internal X25519PrivateKey Key { get; }
}

/// <summary>A forwarding key as others know it.</summary>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Key">The key.</param>
public readonly record struct PublicForwardingKey(int Epoch, X25519PublicKey Key);
