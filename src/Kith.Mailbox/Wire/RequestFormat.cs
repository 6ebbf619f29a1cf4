using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Wire;

namespace Kith.Mailbox.Wire;

/// <summary>Requests as bytes (docs/protocol/mailbox.md, "Frames"). Reading never throws; counts are looked at before anything is kept.</summary>
public static class RequestFormat
{
    private const byte News = 1;

    /// <summary>Writes a whole frame.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="number">The request's number, unique among those under way.</param>
    /// <param name="request">The request; a READ brings its key.</param>
    /// <param name="handshakeHash">The session's, for a READ.</param>
    /// <exception cref="ArgumentException">It is over a limit, or a READ has no key.</exception>
    public static void Write(WireWriter writer, ulong number, MailboxRequest request, ReadOnlySpan<byte> handshakeHash)
    {
        using var body = new WireWriter();
        body.WriteUInt64(number);
        var type = WriteBody(body, request);
        if (request is ReadRequest read)
        {
            if (read.Key is null)
                throw new ArgumentException("a READ needs the box's read key", nameof(request));
            Span<byte> signature = stackalloc byte[Ed25519PublicKey.SignatureSize];
            EntryRules.SignRead(read.Key, handshakeHash, body.WrittenSpan, signature);
            body.WriteBytes(signature);
        }

        if (body.Length > WireLimits.MaxBody(type))
            throw new ArgumentException("the request is longer than its frame may be", nameof(request));
        Frame.WriteHead(writer, type, body.Length);
        writer.WriteBytes(body.WrittenSpan);
    }

    /// <summary>Reads a request out of its frame; what it holds lies in the frame's body.</summary>
    public static bool TryRead(in Frame frame, out ulong number, [NotNullWhen(true)] out MailboxRequest? request)
    {
        request = null;
        var cursor = new BodyCursor(frame.Body);
        if (!cursor.TryReadUInt64(out number))
            return false;
        request = frame.Type switch
        {
            FrameType.Hello => ReadHello(ref cursor),
            FrameType.Put => ReadPut(ref cursor),
            FrameType.Read => ReadRead(ref cursor),
            FrameType.Delete => ReadDelete(ref cursor),
            FrameType.Audit => ReadAudit(ref cursor),
            FrameType.Pass => ReadPass(ref cursor),
            FrameType.Sealed => new SealedRequest(cursor.TakeRest()),
            FrameType.End => new EndRequest(number),
            FrameType.Find => ReadFind(ref cursor),
            _ => null,
        };
        if (!cursor.IsAtEnd)
            request = null;
        return request is not null;
    }

    private static FrameType WriteBody(WireWriter body, MailboxRequest request)
    {
        switch (request)
        {
            case HelloRequest:
                body.WriteByte(WireLimits.Version);
                return FrameType.Hello;
            case PutRequest put:
                WritePut(body, put);
                return FrameType.Put;
            case ReadRequest read:
                WriteRead(body, read);
                return FrameType.Read;
            case DeleteRequest delete:
                WriteDelete(body, delete);
                return FrameType.Delete;
            case AuditRequest audit:
                WriteAudit(body, audit);
                return FrameType.Audit;
            case PassRequest pass:
                WritePass(body, pass);
                return FrameType.Pass;
            case SealedRequest asked:
                body.WriteBytes((asked.Seal is { } seal ? seal() : asked.Sealed).Span);
                return FrameType.Sealed;
            case EndRequest:
                return FrameType.End;
            case FindRequest find:
                body.WriteByte((byte)find.Depth);
                body.WriteUInt32(find.Prefix);
                return FrameType.Find;
            default:
                throw new ArgumentException("it is no request", nameof(request));
        }
    }

    private static void WritePut(WireWriter body, PutRequest put)
    {
        ThrowIfMore(put.Items.Count, WireLimits.MaxPut);
        body.WriteBytes(put.Box.Bytes);
        WriteChallenge(body, put.Challenge.Span);
        body.WriteUInt64(put.WorkNonce);
        body.WriteUInt16((ushort)put.Items.Count);
        foreach (var (entry, chunk) in put.Items)
        {
            EntryFormat.Write(body, entry);
            body.WriteBytes(chunk.Span);
        }
    }

    private static void WriteChallenge(WireWriter body, ReadOnlySpan<byte> challenge)
    {
        if (challenge.Length is not (0 or WireLimits.ChallengeSize))
            throw new ArgumentException($"a challenge has {WireLimits.ChallengeSize} bytes", nameof(challenge));
        Span<byte> bytes = stackalloc byte[WireLimits.ChallengeSize];
        bytes.Clear();
        challenge.CopyTo(bytes);
        body.WriteBytes(bytes);
    }

    private static void WriteRead(WireWriter body, ReadRequest read)
    {
        ThrowIfMore(read.Hashes.Count, WireLimits.MaxRead);
        body.WriteBytes(read.Box.Bytes);
        body.WriteByte((byte)read.Flags);
        body.WriteUInt64((ulong)read.After);
        body.WriteUInt32((uint)read.MostBytes);
        WriteHashes(body, read.Hashes);
    }

    private static void WriteDelete(WireWriter body, DeleteRequest delete)
    {
        ThrowIfMore(delete.Items.Count, WireLimits.MaxDelete);
        body.WriteBytes(delete.Box.Bytes);
        body.WriteUInt16((ushort)delete.Items.Count);
        foreach (var (hash, signature) in delete.Items)
        {
            hash.CopyTo(body.GetSpan(ChunkHash.Size));
            body.Advance(ChunkHash.Size);
            body.WriteBytes(signature.Span);
        }
    }

    private static void WriteAudit(WireWriter body, AuditRequest audit)
    {
        ThrowIfMore(audit.Hashes.Count, WireLimits.MaxAudit);
        audit.Address.CopyTo(body.GetSpan(BoxAddress.Size));
        body.Advance(BoxAddress.Size);
        body.WriteBytes(audit.Nonce.Span);
        WriteHashes(body, audit.Hashes);
    }

    private static void WritePass(WireWriter body, PassRequest pass)
    {
        EndpointFormat.Write(body, pass.Holder);
        body.WriteByte(pass.HasNews ? News : (byte)0);
        body.WriteBytes((pass.Seal is { } seal ? seal() : pass.Sealed).Span);
    }

    private static void ThrowIfMore(int count, int most)
    {
        if (count > most)
            throw new ArgumentException($"the request has {count} items and may have {most}", nameof(count));
    }

    private static void WriteHashes(WireWriter body, IReadOnlyList<ChunkHash> hashes)
    {
        body.WriteUInt16((ushort)hashes.Count);
        foreach (var hash in hashes)
        {
            hash.CopyTo(body.GetSpan(ChunkHash.Size));
            body.Advance(ChunkHash.Size);
        }
    }

    private static HelloRequest? ReadHello(ref BodyCursor cursor) =>
        cursor.TryReadByte(out var version) && version == WireLimits.Version ? new HelloRequest() : null;

    private static PutRequest? ReadPut(ref BodyCursor cursor)
    {
        if (!cursor.TryReadBox(out var box) || !cursor.TryReadBytes(WireLimits.ChallengeSize, out var challenge) || !cursor.TryReadUInt64(out var nonce)
            || !cursor.TryReadCount(WireLimits.MaxPut, out var count))
            return null;
        var items = new List<PutItem>();
        for (var i = 0; i < count; i++)
        {
            if (!EntryFormat.TryRead(ref cursor, out var entry) || !cursor.TryReadBytes(entry.Size, out var chunk))
                return null;
            items.Add(new PutItem(entry, chunk));
        }

        return new PutRequest(box, nonce, items) { Challenge = challenge };
    }

    private static ReadRequest? ReadRead(ref BodyCursor cursor)
    {
        const byte KnownFlags = (byte)(ReadFlags.WithChunks | ReadFlags.News);
        if (!cursor.TryReadBox(out var box) || !cursor.TryReadByte(out var flags) || (flags & ~KnownFlags) != 0
            || !cursor.TryReadInt64(out var after) || !cursor.TryReadUInt32(out var most) || !cursor.TryReadHashes(WireLimits.MaxRead, out var hashes))
            return null;
        var signed = cursor.Before;
        if (!cursor.TryReadBytes(Ed25519PublicKey.SignatureSize, out var signature))
            return null;
        return new ReadRequest(box, (ReadFlags)flags, after, (int)Math.Min(most, WireLimits.MaxReadBytes), hashes) { Signed = signed, Signature = signature };
    }

    private static DeleteRequest? ReadDelete(ref BodyCursor cursor)
    {
        if (!cursor.TryReadBox(out var box) || !cursor.TryReadCount(WireLimits.MaxDelete, out var count))
            return null;
        var items = new List<DeleteItem>();
        for (var i = 0; i < count; i++)
        {
            if (!cursor.TryReadHash(out var hash) || !cursor.TryReadBytes(Ed25519PublicKey.SignatureSize, out var signature))
                return null;
            items.Add(new DeleteItem(hash, signature));
        }

        return new DeleteRequest(box, items);
    }

    private static AuditRequest? ReadAudit(ref BodyCursor cursor) =>
        cursor.TryReadBytes(BoxAddress.Size, out var address) && cursor.TryReadBytes(ChunkAudit.NonceSize, out var nonce)
        && cursor.TryReadHashes(WireLimits.MaxAudit, out var hashes)
            ? new AuditRequest(BoxAddress.FromBytes(address.Span), nonce, hashes)
            : null;

    private static FindRequest? ReadFind(ref BodyCursor cursor)
    {
        if (!cursor.TryReadByte(out var depth) || depth > RoomKey.MaxDepth || depth % DirectoryLimits.DepthStep != 0 || !cursor.TryReadUInt32(out var prefix))
            return null;
        return depth == RoomKey.MaxDepth || prefix << depth == 0 ? new FindRequest(depth, prefix) : null;
    }

    private static PassRequest? ReadPass(ref BodyCursor cursor)
    {
        if (!EndpointFormat.TryRead(ref cursor, out var holder) || !cursor.TryReadByte(out var flags) || flags > News)
            return null;
        return new PassRequest(holder, cursor.TakeRest()) { HasNews = flags == News };
    }
}
