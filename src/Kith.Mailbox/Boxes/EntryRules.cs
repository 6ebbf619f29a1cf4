using System.Buffers.Binary;
using Kith.Crypto;

namespace Kith.Mailbox.Boxes;

/// <summary>What makes an entry, a delete and a read good (docs/protocol/mailbox.md, "Entries").</summary>
public static class EntryRules
{
    /// <summary>What an expiry is a multiple of (specification): an hour, so that it tells little of when a message was written.</summary>
    public const long ExpiryStep = 60 * 60 * 1000L;

    private const string PutLabel = "kith-box-put-v1";
    private const string DeleteLabel = "kith-box-delete-v1";
    private const string ReadLabel = "kith-box-read-v1";
    private const int PutSize = BoxAddress.Size + ChunkHash.Size + sizeof(uint) + sizeof(long);

    /// <summary>The expiry of what is put at a time: the last whole hour of the time that it is kept.</summary>
    public static long ExpiryAt(long now, TimeSpan kept) => (now + (long)kept.TotalMilliseconds) / ExpiryStep * ExpiryStep;

    /// <summary>Whether a holder takes an expiry: a whole hour, not past, at most <see cref="MailboxLimits.Kept"/> and an hour ahead of its clock.</summary>
    /// <param name="expiry">Unix milliseconds.</param>
    /// <param name="now">The holder's clock.</param>
    /// <param name="believed">The time before which it takes things for expired; where it doubts its clock, an earlier one.</param>
    public static bool IsExpiry(long expiry, long now, long? believed = null) =>
        expiry > (believed ?? now) && expiry <= now + (long)MailboxLimits.Kept.TotalMilliseconds + ExpiryStep && expiry % ExpiryStep == 0;

    /// <summary>Signs that a chunk belongs into a box.</summary>
    public static BoxEntry Sign(BoxKeys keys, ChunkHash hash, int size, long expiry, ulong work)
    {
        Span<byte> message = stackalloc byte[PutSize];
        WritePut(keys.Address, hash, size, expiry, message);
        var signature = new byte[Ed25519PublicKey.SignatureSize];
        keys.Write.Sign(PutLabel, message, signature);
        return new BoxEntry(hash, size, expiry, work, signature);
    }

    /// <summary>Whether the box's writer signed the entry.</summary>
    public static bool IsSigned(PublicBox box, BoxEntry entry)
    {
        Span<byte> message = stackalloc byte[PutSize];
        WritePut(box.Address, entry.Hash, entry.Size, entry.Expiry, message);
        return box.Write.Verify(PutLabel, message, entry.WriteSignature.Span);
    }

    /// <summary>Whether a chunk is the one that the entry speaks of.</summary>
    public static bool IsOf(BoxEntry entry, ReadOnlySpan<byte> chunk) => chunk.Length == entry.Size && ChunkHash.Of(chunk) == entry.Hash;

    /// <summary>Signs that a chunk is wanted no more: 64 bytes, which hold for ever.</summary>
    public static byte[] SignDelete(Ed25519PrivateKey read, BoxAddress box, ChunkHash hash)
    {
        Span<byte> message = stackalloc byte[BoxAddress.Size + ChunkHash.Size];
        box.CopyTo(message);
        hash.CopyTo(message[BoxAddress.Size..]);
        var signature = new byte[Ed25519PublicKey.SignatureSize];
        read.Sign(DeleteLabel, message, signature);
        return signature;
    }

    /// <summary>Whether the box's reader signed the delete.</summary>
    public static bool IsDelete(PublicBox box, ChunkHash hash, ReadOnlySpan<byte> signature)
    {
        Span<byte> message = stackalloc byte[BoxAddress.Size + ChunkHash.Size];
        box.Address.CopyTo(message);
        hash.CopyTo(message[BoxAddress.Size..]);
        return box.Read.Verify(DeleteLabel, message, signature);
    }

    /// <summary>Signs a READ on one session.</summary>
    /// <param name="read">The box's read key.</param>
    /// <param name="handshakeHash">The session's.</param>
    /// <param name="body">The request's body up to the signature.</param>
    /// <param name="signature">Takes 64 bytes.</param>
    public static void SignRead(Ed25519PrivateKey read, ReadOnlySpan<byte> handshakeHash, ReadOnlySpan<byte> body, Span<byte> signature) =>
        read.Sign(ReadLabel, [.. handshakeHash, .. body], signature);

    /// <summary>Whether the box's reader signed the READ for this session.</summary>
    public static bool IsRead(PublicBox box, ReadOnlySpan<byte> handshakeHash, ReadOnlySpan<byte> body, ReadOnlySpan<byte> signature) =>
        box.Read.Verify(ReadLabel, [.. handshakeHash, .. body], signature);

    private static void WritePut(BoxAddress box, ChunkHash hash, int size, long expiry, Span<byte> message)
    {
        box.CopyTo(message);
        hash.CopyTo(message[BoxAddress.Size..]);
        BinaryPrimitives.WriteInt32BigEndian(message[(BoxAddress.Size + ChunkHash.Size)..], size);
        BinaryPrimitives.WriteInt64BigEndian(message[(BoxAddress.Size + ChunkHash.Size + sizeof(uint))..], expiry);
    }
}
