using Kith.Crypto;

namespace Kith.Forwarding.Sphinx;

/// <summary>
/// What comes of the secret that sender and node share, in three steps: so that a packet whose MAC is wrong costs the node nothing but the key agreement and the first. Each is
/// BLAKE2b keyed with the secret over a label (docs/protocol/forwarding.md, "Keys of a hop").
/// </summary>
internal static class HopKeys
{
    /// <summary>Bytes of each step's output: two keys of 32.</summary>
    public const int Size = 64;

    /// <summary>Bytes of one key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes of what a packet is known by when it comes again.</summary>
    public const int TagSize = 16;

    private static ReadOnlySpan<byte> HeaderLabel => "kith-sphinx-header-v1\0"u8;

    private static ReadOnlySpan<byte> HopLabel => "kith-sphinx-hop-v1\0"u8;

    private static ReadOnlySpan<byte> PayloadLabel => "kith-sphinx-payload-v1\0"u8;

    private static ReadOnlySpan<byte> ReplyLabel => "kith-sphinx-reply-v1\0"u8;

    /// <summary>The MAC's key ‖ the layers' stream key.</summary>
    public static void DeriveHeader(ReadOnlySpan<byte> secret, Span<byte> keys) => Blake2b.Hash(secret, HeaderLabel, keys[..Size]);

    /// <summary>The blinding factor ‖ the replay tag (the first <see cref="TagSize"/> bytes of the second half).</summary>
    public static void DeriveHop(ReadOnlySpan<byte> secret, Span<byte> keys) => Blake2b.Hash(secret, HopLabel, keys[..Size]);

    /// <summary>The payload's key.</summary>
    public static void DerivePayload(ReadOnlySpan<byte> secret, Span<byte> key) => Blake2b.Hash(secret, PayloadLabel, key[..KeySize]);

    /// <summary>Of a reply block's seed: the key of the payload that goes by it ‖ the stream key of the routing's end.</summary>
    public static void DeriveReply(ReadOnlySpan<byte> seed, Span<byte> keys) => Blake2b.Hash(seed, ReplyLabel, keys[..Size]);

    /// <summary>The layers under the stream, as many as <paramref name="routing"/> holds. The key serves one packet, so the nonce is zero.</summary>
    public static void ApplyStream(ReadOnlySpan<byte> streamKey, Span<byte> routing)
    {
        Span<byte> nonce = stackalloc byte[ChaCha20Stream.NonceSize];
        nonce.Clear();
        ChaCha20Stream.Apply(streamKey, nonce, routing);
    }
}
