using Kith.Crypto;

namespace Kith.Mailbox.Boxes;

/// <summary>One line of a box: that a chunk belongs into it until then. Says nothing of who said so and when, so anybody may carry it on.</summary>
/// <param name="Hash">The chunk's name.</param>
/// <param name="Size">Bytes of the chunk.</param>
/// <param name="Expiry">Unix milliseconds, a whole hour.</param>
/// <param name="Work">The work that was paid; 0 where the box has no price.</param>
/// <param name="WriteSignature">The write key's, 64 bytes.</param>
public sealed record BoxEntry(ChunkHash Hash, int Size, long Expiry, ulong Work, ReadOnlyMemory<byte> WriteSignature)
{
    /// <summary>Bytes on the wire.</summary>
    public const int WireSize = ChunkHash.Size + sizeof(uint) + sizeof(long) + sizeof(ulong) + Ed25519PublicKey.SignatureSize;
}
