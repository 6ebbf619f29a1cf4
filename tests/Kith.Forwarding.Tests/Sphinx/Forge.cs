using Kith.Crypto;
using Kith.Forwarding.Sphinx;

namespace Kith.Forwarding.Tests.Sphinx;

/// <summary>What only the holder of a node's secret could do, to see what a node makes of layers that a sender got wrong.</summary>
internal static class Forge
{
    /// <summary>Changes a byte of the first layer, under a MAC that fits.</summary>
    public static void Alter(X25519PrivateKey node, Span<byte> packet, int at, byte xor)
    {
        var header = packet.Slice(SphinxFormat.HeaderAt, SphinxFormat.HeaderSize);
        Span<byte> secret = stackalloc byte[32];
        Span<byte> keys = stackalloc byte[HopKeys.Size];
        Assert.True(X25519PublicKey.TryParse(header.Slice(SphinxFormat.ElementAt, 32), out var element));
        Assert.True(node.TryAgree(element, secret));
        HopKeys.DeriveHeader(secret, keys);
        // A stream cipher: what is changed in the ciphertext changes in the layer.
        header[SphinxFormat.RoutingAt + at] ^= xor;
        Blake2b.Hash(keys[..HopKeys.KeySize], header[SphinxFormat.RoutingAt..], header.Slice(SphinxFormat.MacAt, SphinxFormat.MacSize));
    }
}
