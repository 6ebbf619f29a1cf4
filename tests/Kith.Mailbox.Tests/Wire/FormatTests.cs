using System.Buffers;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Wire;

public sealed class FormatTests
{
    private static readonly byte[] Session = [.. Enumerable.Repeat((byte)9, 32)];
    private readonly BoxKeys _keys = Rows.Keys();

    [Fact]
    public void Put_ComesBackAsItWas()
    {
        var chunk = Rows.Chunk(_keys);
        var put = new PutRequest(_keys.Box, 5, [new PutItem(Rows.Entry(_keys, chunk), chunk), new PutItem(Rows.Entry(_keys, chunk), chunk)]) { Challenge = Session.AsMemory(0, WireLimits.ChallengeSize) };
        var back = Assert.IsType<PutRequest>(Pass(put));
        Assert.Equal(_keys.Box, back.Box);
        Assert.Equal(5UL, back.WorkNonce);
        Assert.Equal(Session[..WireLimits.ChallengeSize], back.Challenge.ToArray());
        Assert.Equal(2, back.Items.Count);
        Assert.Equal(chunk, back.Items[1].Chunk.ToArray());
        Assert.True(EntryRules.IsSigned(back.Box, back.Items[1].Entry));
    }

    [Fact]
    public void Read_IsSignedForItsSessionAlone()
    {
        var hashes = new[] { ChunkHash.Of([1]), ChunkHash.Of([2]) };
        var back = Assert.IsType<ReadRequest>(Pass(new ReadRequest(_keys.Box, ReadFlags.WithChunks | ReadFlags.News, 7, 1000, hashes) { Key = _keys.Read }));
        Assert.Equal((ReadFlags.WithChunks | ReadFlags.News, 7, 1000), (back.Flags, back.After, back.MostBytes));
        Assert.Equal(hashes, back.Hashes);
        Assert.True(back.IsSignedFor(Session));
        Assert.False(back.IsSignedFor(new byte[32]));
    }

    [Fact]
    public void ReadWithAnyByteChanged_IsNotSigned()
    {
        var frame = Frame(new ReadRequest(_keys.Box, ReadFlags.None, 7, 1000, [ChunkHash.Of([1])]) { Key = _keys.Read });
        var body = frame.Body.ToArray();
        for (var at = 0; at < body.Length; at++)
        {
            var changed = (byte[])body.Clone();
            changed[at] ^= 1;
            if (RequestFormat.TryRead(new Frame(FrameType.Read, changed), out _, out var request))
                Assert.False(((ReadRequest)request).IsSignedFor(Session));
        }
    }

    [Fact]
    public void OtherRequests_ComeBackAsTheyWere()
    {
        Assert.IsType<HelloRequest>(Pass(new HelloRequest()));
        var hash = ChunkHash.Of([1]);
        var delete = Assert.IsType<DeleteRequest>(Pass(new DeleteRequest(_keys.Box, [new DeleteItem(hash, EntryRules.SignDelete(_keys.Read!, _keys.Address, hash))])));
        Assert.True(EntryRules.IsDelete(delete.Box, delete.Items[0].Hash, delete.Items[0].Signature.Span));
        var audit = Assert.IsType<AuditRequest>(Pass(new AuditRequest(_keys.Address, new byte[16], [hash])));
        Assert.Equal((_keys.Address, hash), (audit.Address, audit.Hashes[0]));
        var pass = Assert.IsType<PassRequest>(Pass(new PassRequest(Endpoint.FromIPv4(0x7F00_0001, 7), new byte[] { 1, 2 })));
        Assert.Equal(Endpoint.FromIPv4(0x7F00_0001, 7), pass.Holder);
        Assert.Equal((2, false), (pass.Sealed.Length, pass.HasNews));
        Assert.True(Assert.IsType<PassRequest>(Pass(new PassRequest(pass.Holder, new byte[] { 1 }) { HasNews = true })).HasNews);
        Assert.Equal(3, Assert.IsType<SealedRequest>(Pass(new SealedRequest(new byte[3]))).Sealed.Length);
        Assert.IsType<EndRequest>(Pass(new EndRequest(9)));
    }

    [Fact]
    public void Answers_ComeBackAsTheyWere()
    {
        var wanted = new WorkWanted(3, new byte[16]);
        Assert.Equal((true, false, 77U, 3), Back(new WelcomeAnswer(true, false, 77, wanted)) is var w ? (w.OffersRoom, w.PassesOn, w.FreeRoom, w.Wanted.Bits) : default);
        Assert.Equal([DropCode.Done, DropCode.Full], Back(new PutAnswer([DropCode.Done, DropCode.Full], wanted)).Codes);
        Assert.Equal([DropCode.Deleted], Back(new DeleteAnswer([DropCode.Deleted])).Codes);
        var chunk = Rows.Chunk(_keys);
        var entries = Back(new EntriesAnswer(DropCode.Done, true, 9, [new ListedEntry(8, ChunkHash.Of(chunk), 1024, chunk), new ListedEntry(9, ChunkHash.Of([1]), 2048, default)]));
        Assert.True(entries.HasMore);
        Assert.Equal((9, 2), (entries.Last, entries.Entries.Count));
        Assert.Equal(chunk, entries.Entries[0].Chunk.ToArray());
        Assert.True(entries.Entries[1].Chunk.IsEmpty);
        var audit = Back(new AuditAnswer([new(AuditState.Absent, default), new(AuditState.Kept, new byte[32]), new(AuditState.Deleted, new byte[64])]));
        Assert.Equal([AuditState.Absent, AuditState.Kept, AuditState.Deleted], audit.Outcomes.Select(one => one.State));
        Assert.Equal(5, Back(new PassAnswer(DropCode.Busy, new byte[5])).Sealed.Length);
        Assert.Equal(DropCode.Signature, Back(new SealedAnswer(DropCode.Signature, default)).Code);
    }

    [Fact]
    public void BodiesThatAreCutOrTooLong_AreRefused()
    {
        var chunk = Rows.Chunk(_keys);
        MailboxRequest[] requests =
        [
            new HelloRequest(), new PutRequest(_keys.Box, 0, [new PutItem(Rows.Entry(_keys, chunk), chunk)]),
            new ReadRequest(_keys.Box, ReadFlags.None, 0, 0, [ChunkHash.Of([1])]) { Key = _keys.Read },
            new DeleteRequest(_keys.Box, [new DeleteItem(ChunkHash.Of([1]), new byte[64])]), new AuditRequest(_keys.Address, new byte[16], [ChunkHash.Of([1])]),
        ];
        foreach (var frame in requests.Select(Frame))
        {
            Assert.True(RequestFormat.TryRead(frame, out _, out _));
            for (var length = 0; length < frame.Body.Length; length++)
                Assert.False(RequestFormat.TryRead(frame with { Body = frame.Body[..length] }, out _, out _));
            Assert.False(RequestFormat.TryRead(frame with { Body = frame.Body.ToArray().Append((byte)0).ToArray() }, out _, out _));
        }
    }

    [Theory]
    [InlineData(FrameType.Read, 80, WireLimits.MaxRead)]
    [InlineData(FrameType.Delete, 73, WireLimits.MaxDelete)]
    [InlineData(FrameType.Put, 97, WireLimits.MaxPut)]
    public void CountOverItsLimit_IsRefused(FrameType type, int at, int most)
    {
        var body = new byte[WireLimits.MaxBody(type)];
        var count = most + 1;
        at = type == FrameType.Read ? 8 + 65 + 1 + 8 + 4 : at;
        (body[at], body[at + 1]) = ((byte)(count >> 8), (byte)count);
        Assert.False(RequestFormat.TryRead(new Frame(type, body), out _, out _));
    }

    [Fact]
    public void RequestOverItsLimit_IsNotWritten()
    {
        using var writer = new WireWriter();
        var many = Enumerable.Repeat(ChunkHash.Of([1]), WireLimits.MaxAudit + 1).ToArray();
        Assert.Throws<ArgumentException>(() => RequestFormat.Write(writer, 1, new AuditRequest(_keys.Address, new byte[16], many), Session));
        Assert.Throws<ArgumentException>(() => RequestFormat.Write(writer, 1, new ReadRequest(_keys.Box, ReadFlags.None, 0, 0, []), Session));
    }

    [Fact]
    public void UnknownFlagsVersionsAndSizes_AreRefused()
    {
        var read = Frame(new ReadRequest(_keys.Box, ReadFlags.None, 0, 0, []) { Key = _keys.Read }).Body.ToArray();
        read[8 + 65] = 4;
        Assert.False(RequestFormat.TryRead(new Frame(FrameType.Read, read), out _, out _));
        Assert.False(RequestFormat.TryRead(new Frame(FrameType.Hello, new byte[] { 0, 0, 0, 0, 0, 0, 0, 1, 2 }), out _, out _));
        using var writer = new WireWriter();
        AnswerFormat.Write(writer, 1, new EntriesAnswer(DropCode.Done, false, 1, [new ListedEntry(1, ChunkHash.Of([1]), 1500, default)]));
        var buffer = new ReadOnlySequence<byte>(writer.ToArray());
        Assert.Equal(FrameStatus.Taken, Kith.Mailbox.Wire.Frame.TryTake(ref buffer, out var entries));
        Assert.False(AnswerFormat.TryRead(entries, out _, out _));
    }

    private static T Back<T>(T answer)
        where T : MailboxAnswer
    {
        using var writer = new WireWriter();
        AnswerFormat.Write(writer, 12, answer);
        var buffer = new ReadOnlySequence<byte>(writer.ToArray());
        Assert.Equal(FrameStatus.Taken, Kith.Mailbox.Wire.Frame.TryTake(ref buffer, out var frame));
        Assert.True(AnswerFormat.TryRead(frame, out var number, out var back));
        Assert.Equal(12UL, number);
        return Assert.IsType<T>(back);
    }

    private static MailboxRequest Pass(MailboxRequest request)
    {
        Assert.True(RequestFormat.TryRead(Frame(request), out var number, out var back));
        Assert.Equal(11UL, number);
        return back;
    }

    private static Frame Frame(MailboxRequest request)
    {
        using var writer = new WireWriter();
        RequestFormat.Write(writer, 11, request, Session);
        var buffer = new ReadOnlySequence<byte>(writer.ToArray());
        Assert.Equal(FrameStatus.Taken, Kith.Mailbox.Wire.Frame.TryTake(ref buffer, out var frame));
        return frame;
    }
}
