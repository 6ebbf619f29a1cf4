using Kith.Forwarding.Meeting;
using Kith.Forwarding.Receiving;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;
using Kith.Simulation.Network;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Receiving;

public sealed class ReceivingCoreTests : IReceivingWorld
{
    private static readonly AccountId Alice = AccountId.FromBytes(Enumerable.Repeat((byte)1, AccountId.Size).ToArray());

    private readonly SimulatedRandom _random = new(4);
    private readonly ReceivingCore _core;
    private readonly List<byte[]> _delivered = [];
    private readonly List<ReadOnlyMemory<byte>> _acknowledged = [];
    private long _now = 1_000_000;

    public ReceivingCoreTests() => _core = new ReceivingCore(this, _random);

    void IReceivingWorld.Deliver(long now, AccountId from, MessageId id, ReadOnlyMemory<byte> envelope) => _delivered.Add(envelope.ToArray());

    void IReceivingWorld.Acknowledge(long now, ReadOnlyMemory<byte> replyBlock) => _acknowledged.Add(replyBlock);

    [Fact]
    public void Pieces_InAnyOrderFromTwoPaths_AreOneEnvelope()
    {
        var envelope = _random.NextBytes(5_000);
        var pieces = Cut(envelope, out _);
        foreach (var piece in pieces.Reverse().Concat(pieces))
            _core.Take(_now, Alice, piece);
        Assert.Equal(envelope, Assert.Single(_delivered));
        Assert.Equal(pieces.Length, _core.Counters.Repeated);
    }

    [Fact]
    public void Acknowledgement_BeforeTheEnvelopeIsSafe_IsNotSent()
    {
        var piece = Cut(new byte[10], out var id)[0];
        _core.Take(_now, Alice, piece);
        _core.Take(_now, Alice, OverAnotherPath(piece));
        Pass(5_000);
        Assert.Empty(_acknowledged);
        _core.Committed(_now, Alice, id);
        Assert.Empty(_acknowledged);
        Pass(ReceivingLimits.MaxDelay);
        Assert.Equal(2, _acknowledged.Count);
        _core.Take(_now, Alice, OverAnotherPath(piece));
        Pass(ReceivingLimits.MaxDelay);
        Assert.Equal(3, _acknowledged.Count);
        Assert.Single(_delivered);
    }

    [Fact]
    public void Envelope_ThatDoesNotBecomeSafe_IsHandedOnAgainLater_AndOneThatDidNever()
    {
        var piece = Cut(new byte[10], out var id)[0];
        _core.Take(_now, Alice, piece);
        Pass(ReceivingLimits.UnsafeTime - 1);
        _core.Take(_now, Alice, OverAnotherPath(piece));
        Assert.Single(_delivered);
        Pass(1);
        _core.Take(_now, Alice, OverAnotherPath(piece));
        Assert.Equal(2, _delivered.Count);
        _core.Committed(_now, Alice, id);
        Pass(2 * ReceivingLimits.UnsafeTime);
        _core.Take(_now, Alice, OverAnotherPath(piece));
        Assert.Equal(2, _delivered.Count);
        Pass(ReceivingLimits.MaxDelay);
        Assert.Equal(4, _acknowledged.Count);
    }

    [Fact]
    public void ReplyBlock_ThatComesTwice_IsUsedOnce()
    {
        var piece = Cut(new byte[10], out var id)[0];
        _core.Take(_now, Alice, piece);
        _core.Take(_now, Alice, piece);
        _core.Committed(_now, Alice, id);
        _core.Take(_now, Alice, piece);
        Pass(ReceivingLimits.MaxDelay);
        Assert.Equal(piece.ReplyBlock, Assert.Single(_acknowledged));
        // Of many the first are forgotten.
        for (var i = 0; i < ReceivingLimits.MaxRecentBlocks; i++)
            _core.Take(_now, Alice, Cut(new byte[10], out _)[0]);
        _core.Take(_now, Alice, piece);
        Pass(ReceivingLimits.MaxDelay);
        Assert.Equal(2, _acknowledged.Count);
    }

    [Fact]
    public void WholeEnvelope_EndsWhatThereWasOfItInPieces_AndPiecesThatComeLaterAreRepetitions()
    {
        var envelope = _random.NextBytes(Piece.WholeSize);
        var id = Piece.IdOf(envelope);
        ReadOnlyMemory<byte>[] cut = Piece.Cut(envelope, 700, 440)!;
        Assert.Equal(2, cut.Length);
        var pieces = cut.Select((bytes, index) => new Piece(id, index, 2, index == 0 ? _random.NextBytes(440) : default, bytes)).ToArray();
        _core.Take(_now, Alice, pieces[0]);
        Assert.True(MeetingContent.TryRead(new PieceContent(new Piece(id, 0, 1, _random.NextBytes(ReplyBlock.ShortSize), envelope)).ToArray(), out var whole));
        _core.Take(_now, Alice, ((PieceContent)whole!).Piece);
        _core.Take(_now, Alice, pieces[1]);
        Assert.Equal(envelope, Assert.Single(_delivered));
        Assert.Equal(1, _core.Counters.Repeated);
        _core.Committed(_now, Alice, id);
        Pass(ReceivingLimits.MaxDelay);
        Assert.Equal(2, _acknowledged.Count);
        // Nothing of it is waited for any more.
        Assert.Equal(long.MaxValue, _core.NextDeadline);
    }

    [Fact]
    public void WholeEnvelope_ThatIsCutShort_IsNotRead()
    {
        var content = new PieceContent(new Piece(default, 0, 1, new byte[ReplyBlock.ShortSize], new byte[Piece.WholeSize])).ToArray();
        Assert.InRange(content.Length, 1, SphinxFormat.BodySize);
        Assert.True(MeetingContent.TryRead(content, out _));
        for (var size = 0; size < content.Length; size++)
            Assert.False(MeetingContent.TryRead(content.AsSpan(0, size), out _));
    }

    [Fact]
    public void Pieces_ThatDisagree_AreRefused()
    {
        var pieces = Cut(new byte[3_000], out _);
        _core.Take(_now, Alice, pieces[0]);
        _core.Take(_now, Alice, pieces[1] with { Count = pieces[1].Count + 1 });
        Assert.Equal(1, _core.Counters.Refused);
        foreach (var piece in pieces)
            _core.Take(_now, Alice, piece);
        Assert.Single(_delivered);
    }

    [Fact]
    public void Parts_ThatAreNeverFinished_AreBoundedAndForgotten()
    {
        for (var i = 0; i < 1_000; i++)
            _core.Take(_now, Alice, Cut(new byte[3_000], out _)[0]);
        Assert.Equal(1_000 - ReceivingLimits.MaxPartsOfPeer, _core.Counters.Forgotten);
        _now += ReceivingLimits.PartLifetime;
        _core.Take(_now, Alice, Cut(new byte[10], out _)[0]);
        Assert.Equal(1_000, _core.Counters.Forgotten);
    }

    [Fact]
    public void Parts_AreForgotten_ThoughNothingComesAnyMore()
    {
        _core.Take(_now, Alice, Cut(new byte[3_000], out _)[0]);
        _core.Take(_now, Peer(2), Cut(new byte[3_000], out _)[0]);
        foreach (var piece in Cut(new byte[3_000], out _))
            _core.Take(_now, Alice, piece);
        var end = _now + (2 * ReceivingLimits.PartLifetime);
        while (_core.NextDeadline <= end)
        {
            var due = _core.NextDeadline;
            Pass(due - _now);
            Assert.True(_core.NextDeadline > due);
        }

        Assert.Equal(2, _core.Counters.Forgotten);
        Assert.Equal(long.MaxValue, _core.NextDeadline);
        // And of whoever is no contact any more none is waited for.
        _core.Take(_now, Alice, Cut(new byte[3_000], out _)[0]);
        Assert.NotEqual(long.MaxValue, _core.NextDeadline);
        _core.KeepOnly([]);
        Assert.Equal(long.MaxValue, _core.NextDeadline);
    }

    [Fact]
    public void BytesOfAContact_AreBounded_PieceByPiece()
    {
        // Messages that were begun with little and grow: the bound holds for what comes later too.
        var all = new List<Piece[]>();
        for (var i = 0; i < ReceivingLimits.MaxPartsOfPeer; i++)
            all.Add(Cut(new byte[SendingLimits.MaxEnvelope], out _));
        for (var index = 0; index + 1 < all[0].Length; index++)
        {
            foreach (var pieces in all)
                _core.Take(_now, Alice, pieces[index]);
        }

        var most = ReceivingLimits.MaxBytesOfPeer / all[0][1].Bytes.Length;
        Assert.InRange(_core.Counters.Refused, (all.Count * (all[0].Length - 1)) - most - 200, (all.Count * (all[0].Length - 1)) - most + 200);
        Assert.Empty(_delivered);
        // Another contact is not touched by it.
        _core.Take(_now, Peer(2), Cut(new byte[10], out _)[0]);
        Assert.Single(_delivered);
    }

    [Fact]
    public void Envelope_LongerThanAnyMayBe_IsRefused()
    {
        var count = (SendingLimits.MaxEnvelope / 700) + 2;
        var id = MessageId.FromBytes(_random.NextBytes(MessageId.Size));
        for (var index = 0; index < count; index++)
            _core.Take(_now, Alice, new Piece(id, index, count, default, new byte[700]));
        Assert.Empty(_delivered);
        Assert.InRange(_core.Counters.Refused, 1, 3);
    }

    [Fact]
    public void Contacts_AreBounded_AndForgottenWhenTheyAreNoneAnyMore()
    {
        for (var i = 0; i < ReceivingLimits.MaxPeers; i++)
            _core.Take(_now, Peer(i), Cut(new byte[3_000], out _)[0]);
        _core.Take(_now, Peer(-1), Cut(new byte[10], out _)[0]);
        Assert.Equal((1, 0), (_core.Counters.Refused, _delivered.Count));
        _core.KeepOnly([Peer(-1), Peer(0)]);
        _core.Take(_now, Peer(-1), Cut(new byte[10], out _)[0]);
        Assert.Single(_delivered);
    }

    [Fact]
    public void ReplyBlocks_ThatNeverBecomeSafe_MakeRoomForOthers()
    {
        MessageId first = default;
        for (var i = 0; i <= ReceivingLimits.MaxUnsafeOfPeer; i++)
        {
            _core.Take(_now, Alice, Cut(new byte[10], out var id)[0]);
            first = i == 0 ? id : first;
        }

        _core.Committed(_now, Alice, first);
        Pass(ReceivingLimits.MaxDelay);
        Assert.Empty(_acknowledged);
    }

    [Theory]
    [InlineData(0, 0)] // no count
    [InlineData(1, 1)] // index beyond
    [InlineData(0, SendingLimits.MaxPieces + 1)]
    public void Piece_OfWrongNumbers_IsRefused(int index, int count)
    {
        using var writer = new WireWriter();
        new Piece(MessageId.FromBytes(new byte[16]), index, count, default, new byte[5]).Write(writer);
        Assert.False(Piece.TryRead(writer.WrittenSpan, out _));
    }

    [Fact]
    public void Piece_WithAReplyBlockThatIsNotTheFirst_OrTruncated_IsRefused()
    {
        using var writer = new WireWriter();
        new Piece(MessageId.FromBytes(new byte[16]), 1, 2, new byte[3], new byte[5]).Write(writer);
        Assert.False(Piece.TryRead(writer.WrittenSpan, out _));
        writer.Clear();
        new Piece(MessageId.FromBytes(new byte[16]), 0, 2, new byte[3], new byte[5]).Write(writer);
        Assert.True(Piece.TryRead(writer.WrittenSpan, out _));
        for (var size = 0; size < writer.Length; size++)
            Assert.False(Piece.TryRead(writer.WrittenSpan[..size], out _));
    }

    private static AccountId Peer(int number)
    {
        var bytes = new byte[AccountId.Size];
        BitConverter.TryWriteBytes(bytes, number);
        bytes[^1] = 7;
        return AccountId.FromBytes(bytes);
    }

    private Piece[] Cut(byte[] envelope, out MessageId id)
    {
        var drawn = MessageId.FromBytes(_random.NextBytes(MessageId.Size));
        id = drawn;
        var pieces = Piece.Cut(envelope, 700, 440)!;
        return [.. pieces.Select((bytes, index) => new Piece(drawn, index, pieces.Length, index == 0 ? _random.NextBytes(440) : default, bytes))];
    }

    private Piece OverAnotherPath(Piece piece) => piece with { ReplyBlock = _random.NextBytes(440) };

    private void Pass(long time)
    {
        _now += time;
        _core.Tick(_now);
    }
}
