using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Wire;

/// <summary>An entry as bytes: hash (32) ‖ size (4) ‖ expiry (8) ‖ work (8) ‖ write signature (64).</summary>
internal static class EntryFormat
{
    public static void Write(WireWriter writer, BoxEntry entry)
    {
        entry.Hash.CopyTo(writer.GetSpan(ChunkHash.Size));
        writer.Advance(ChunkHash.Size);
        writer.WriteUInt32((uint)entry.Size);
        writer.WriteUInt64((ulong)entry.Expiry);
        writer.WriteUInt64(entry.Work);
        writer.WriteBytes(entry.WriteSignature.Span);
    }

    // A size that is none is the holder's to refuse, with its code; what cannot lie in a frame is no entry.
    public static bool TryRead(ref BodyCursor cursor, [NotNullWhen(true)] out BoxEntry? entry)
    {
        entry = null;
        if (!cursor.TryReadHash(out var hash) || !cursor.TryReadUInt32(out var size) || size > WireLimits.MaxFrame
            || !cursor.TryReadInt64(out var expiry) || !cursor.TryReadUInt64(out var work)
            || !cursor.TryReadBytes(Ed25519PublicKey.SignatureSize, out var signature))
            return false;
        entry = new BoxEntry(hash, (int)size, expiry, work, signature);
        return true;
    }
}
