using Kith.Crypto;

namespace Kith.Mailbox.Boxes;

/// <summary>What only who has a chunk can say of it (docs/protocol/mailbox.md, "Frames", AUDIT).</summary>
public static class ChunkAudit
{
    /// <summary>Bytes of the asker's nonce.</summary>
    public const int NonceSize = 16;

    private static ReadOnlySpan<byte> Label => "kith-box-audit-v1\0"u8;

    /// <summary>SHA-256("kith-box-audit-v1" ‖ 0x00 ‖ nonce ‖ the holder's static key ‖ chunk): 32 bytes.</summary>
    public static byte[] Digest(ReadOnlySpan<byte> nonce, X25519PublicKey holder, ReadOnlySpan<byte> chunk) =>
        Sha256.Hash([.. Label, .. nonce, .. holder.ToArray(), .. chunk]);
}
