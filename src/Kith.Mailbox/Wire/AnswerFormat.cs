using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Wire;

/// <summary>Answers as bytes (docs/protocol/mailbox.md, "Frames"). Reading never throws.</summary>
public static class AnswerFormat
{
    private const byte OffersRoom = 1;
    private const byte PassesOn = 2;
    private const byte More = 1;
    private const int EntryHead = sizeof(ulong) + ChunkHash.Size + sizeof(uint) + 1;

    /// <summary>Bytes that an entry takes in ENTRIES.</summary>
    public static int SizeOf(in ListedEntry entry) => EntryHead + entry.Chunk.Length;

    /// <summary>Writes a whole frame.</summary>
    /// <exception cref="ArgumentException">It is over a limit.</exception>
    public static void Write(WireWriter writer, ulong number, MailboxAnswer answer)
    {
        using var body = new WireWriter();
        body.WriteUInt64(number);
        var type = WriteBody(body, answer);
        if (body.Length > WireLimits.MaxBody(type))
            throw new ArgumentException("the answer is longer than its frame may be", nameof(answer));
        Frame.WriteHead(writer, type, body.Length);
        writer.WriteBytes(body.WrittenSpan);
    }

    /// <summary>Reads an answer out of its frame; what it holds lies in the frame's body.</summary>
    public static bool TryRead(in Frame frame, out ulong number, [NotNullWhen(true)] out MailboxAnswer? answer)
    {
        answer = null;
        var cursor = new BodyCursor(frame.Body);
        if (!cursor.TryReadUInt64(out number))
            return false;
        answer = frame.Type switch
        {
            FrameType.Welcome => ReadWelcome(ref cursor),
            FrameType.PutDone => ReadPutDone(ref cursor),
            FrameType.Entries => ReadEntries(ref cursor),
            FrameType.DeleteDone => TryReadCodes(ref cursor, WireLimits.MaxDelete, out var codes) ? new DeleteAnswer(codes) : null,
            FrameType.AuditDone => ReadAuditDone(ref cursor),
            FrameType.Passed => TryReadCode(ref cursor, out var code) ? new PassAnswer(code, cursor.TakeRest()) : null,
            FrameType.SealedDone => TryReadCode(ref cursor, out var done) ? new SealedAnswer(done, cursor.TakeRest()) : null,
            FrameType.Found => ReadFound(ref cursor),
            _ => null,
        };
        if (!cursor.IsAtEnd)
            answer = null;
        return answer is not null;
    }

    private static FrameType WriteBody(WireWriter body, MailboxAnswer answer)
    {
        switch (answer)
        {
            case WelcomeAnswer welcome:
                body.WriteByte(WireLimits.Version);
                body.WriteByte((byte)((welcome.OffersRoom ? OffersRoom : 0) | (welcome.PassesOn ? PassesOn : 0)));
                body.WriteUInt32(welcome.FreeRoom);
                WriteWanted(body, welcome.Wanted);
                return FrameType.Welcome;
            case PutAnswer put:
                WriteCodes(body, put.Codes);
                WriteWanted(body, put.Wanted);
                return FrameType.PutDone;
            case EntriesAnswer entries:
                WriteEntries(body, entries);
                return FrameType.Entries;
            case DeleteAnswer delete:
                WriteCodes(body, delete.Codes);
                return FrameType.DeleteDone;
            case AuditAnswer audit:
                body.WriteUInt16((ushort)audit.Outcomes.Count);
                foreach (var (state, proof) in audit.Outcomes)
                {
                    body.WriteByte((byte)state);
                    body.WriteBytes(proof.Span);
                }

                return FrameType.AuditDone;
            case PassAnswer pass:
                body.WriteByte((byte)pass.Code);
                body.WriteBytes(pass.Sealed.Span);
                return FrameType.Passed;
            case SealedAnswer done:
                body.WriteByte((byte)done.Code);
                body.WriteBytes(done.Sealed.Span);
                return FrameType.SealedDone;
            case FoundAnswer found:
                WriteFound(body, found);
                return FrameType.Found;
            default:
                throw new ArgumentException("it is no answer", nameof(answer));
        }
    }

    private static void WriteFound(WireWriter body, FoundAnswer found)
    {
        if (found.Holders.Count > WireLimits.MaxFound)
            throw new ArgumentException("too many holders for an answer", nameof(found));
        body.WriteByte((byte)found.Code);
        body.WriteUInt16((ushort)found.Holders.Count);
        foreach (var (at, key) in found.Holders)
        {
            EndpointFormat.Write(body, at);
            body.WriteBytes(key.ToArray());
        }
    }

    private static FoundAnswer? ReadFound(ref BodyCursor cursor)
    {
        if (!TryReadCode(ref cursor, out var code) || !cursor.TryReadCount(WireLimits.MaxFound, out var count))
            return null;
        var holders = new List<FoundHolder>();
        var places = new HashSet<Endpoint>();
        for (var i = 0; i < count; i++)
        {
            if (!EndpointFormat.TryRead(ref cursor, out var at) || !places.Add(at)
                || !cursor.TryReadBytes(X25519PublicKey.Size, out var bytes) || !X25519PublicKey.TryParse(bytes.Span, out var key))
                return null;
            holders.Add(new FoundHolder(at, key));
        }

        return new FoundAnswer(code, holders);
    }

    private static void WriteEntries(WireWriter body, EntriesAnswer entries)
    {
        body.WriteByte((byte)entries.Code);
        body.WriteByte(entries.HasMore ? More : (byte)0);
        body.WriteUInt64((ulong)entries.Last);
        body.WriteUInt16((ushort)entries.Entries.Count);
        foreach (var entry in entries.Entries)
        {
            body.WriteUInt64((ulong)entry.Place);
            entry.Hash.CopyTo(body.GetSpan(ChunkHash.Size));
            body.Advance(ChunkHash.Size);
            body.WriteUInt32((uint)entry.Size);
            body.WriteByte(entry.Chunk.IsEmpty ? (byte)0 : (byte)1);
            body.WriteBytes(entry.Chunk.Span);
        }
    }

    private static void WriteWanted(WireWriter body, WorkWanted wanted)
    {
        body.WriteByte((byte)wanted.Bits);
        body.WriteBytes(wanted.Challenge.Span);
    }

    private static void WriteCodes(WireWriter body, IReadOnlyList<DropCode> codes)
    {
        body.WriteUInt16((ushort)codes.Count);
        foreach (var code in codes)
            body.WriteByte((byte)code);
    }

    private static WelcomeAnswer? ReadWelcome(ref BodyCursor cursor) =>
        cursor.TryReadByte(out var version) && version == WireLimits.Version && cursor.TryReadByte(out var flags)
        && cursor.TryReadUInt32(out var free) && TryReadWanted(ref cursor, out var wanted)
            ? new WelcomeAnswer((flags & OffersRoom) != 0, (flags & PassesOn) != 0, free, wanted)
            : null;

    private static PutAnswer? ReadPutDone(ref BodyCursor cursor) =>
        TryReadCodes(ref cursor, WireLimits.MaxPut, out var codes) && TryReadWanted(ref cursor, out var wanted) ? new PutAnswer(codes, wanted) : null;

    private static EntriesAnswer? ReadEntries(ref BodyCursor cursor)
    {
        if (!TryReadCode(ref cursor, out var code) || !cursor.TryReadByte(out var flags)
            || !cursor.TryReadInt64(out var last) || !cursor.TryReadCount(WireLimits.MaxEntries, out var count))
            return null;
        var entries = new List<ListedEntry>();
        for (var i = 0; i < count; i++)
        {
            if (!TryReadEntry(ref cursor, out var entry))
                return null;
            entries.Add(entry);
        }

        return new EntriesAnswer(code, (flags & More) != 0, last, entries);
    }

    private static bool TryReadEntry(ref BodyCursor cursor, out ListedEntry entry)
    {
        entry = default;
        if (!cursor.TryReadInt64(out var place) || !cursor.TryReadHash(out var hash) || !cursor.TryReadUInt32(out var size)
            || !ChunkFormat.IsSize(size) || !cursor.TryReadByte(out var with) || with > 1)
            return false;
        ReadOnlyMemory<byte> chunk = default;
        if (with == 1 && !cursor.TryReadBytes((int)size, out chunk))
            return false;
        entry = new ListedEntry(place, hash, (int)size, chunk);
        return true;
    }

    private static AuditAnswer? ReadAuditDone(ref BodyCursor cursor)
    {
        if (!cursor.TryReadCount(WireLimits.MaxAudit, out var count))
            return null;
        var outcomes = new List<AuditOutcome>();
        for (var i = 0; i < count; i++)
        {
            if (!cursor.TryReadByte(out var state) || state > (byte)AuditState.Deleted)
                return null;
            var size = (AuditState)state switch
            {
                AuditState.Kept => Sha256.HashSize,
                AuditState.Deleted => Ed25519PublicKey.SignatureSize,
                _ => 0,
            };
            if (!cursor.TryReadBytes(size, out var proof))
                return null;
            outcomes.Add(new AuditOutcome((AuditState)state, proof));
        }

        return new AuditAnswer(outcomes);
    }

    // Codes that later versions bring are taken as they are: whoever gets one sees that it is not Done.
    private static bool TryReadCode(ref BodyCursor cursor, out DropCode code)
    {
        var ok = cursor.TryReadByte(out var value);
        code = (DropCode)value;
        return ok;
    }

    private static bool TryReadCodes(ref BodyCursor cursor, int max, out IReadOnlyList<DropCode> codes)
    {
        codes = [];
        if (!cursor.TryReadCount(max, out var count) || !cursor.TryReadBytes(count, out var bytes))
            return false;
        var read = new DropCode[count];
        for (var i = 0; i < count; i++)
            read[i] = (DropCode)bytes.Span[i];
        codes = read;
        return true;
    }

    private static bool TryReadWanted(ref BodyCursor cursor, out WorkWanted wanted)
    {
        wanted = default;
        if (!cursor.TryReadByte(out var bits) || !cursor.TryReadBytes(WireLimits.ChallengeSize, out var challenge))
            return false;
        wanted = new WorkWanted(bits, challenge);
        return true;
    }
}
