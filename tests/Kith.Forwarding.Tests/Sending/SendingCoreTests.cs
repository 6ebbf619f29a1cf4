using Kith.Forwarding.Directory;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;
using Kith.Forwarding.Tests.Directory;
using Kith.Crypto;
using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Sending;

public sealed class SendingCoreTests : ISendingWorld, IPacketMaker
{
    private static readonly AccountId Bob = AccountId.FromBytes(Enumerable.Repeat((byte)2, AccountId.Size).ToArray());

    private readonly SimulatedRandom _random = new(5);
    private readonly ForwarderBook _book;
    private readonly PathChooser _chooser;
    private readonly SendingCore _core;
    private readonly List<MeetingAddress> _points = [];
    private readonly List<(long At, MeetingAddress Point, IReadOnlyList<KnownForwarder> Path)> _sent = [];
    private readonly List<MadeReplyBlock> _replies = [];
    private readonly List<PathExclusions> _repliesWithout = [];
    private Func<KnownForwarder, bool>? _usable;
    private readonly List<SentMessage> _acknowledged = [];
    private readonly List<SentMessage> _givenUp = [];
    private long _now = Forwarders.Now;
    private int _room;
    private int _blockSize = ReplyBlock.ShortSize;

    public SendingCoreTests()
    {
        _book = Forwarders.Book(_random, 20);
        _chooser = new PathChooser(_book, _random);
        _core = new SendingCore(this, this, _chooser, _random);
        for (var i = 0; i < 3; i++)
        {
            _ = NodeHandle.TryRead(_random.NextBytes(16), out var handle);
            _points.Add(new MeetingAddress(Forwarders.Make(_random, Forwarders.At(100 + i)), handle, new byte[32]));
        }
    }

    [Fact]
    public void Message_GoesByTwoPathsToTwoPoints_AndNobodyIsOnBoth()
    {
        Assert.NotNull(_core.Submit(_now, Bob, new byte[100]));
        Assert.Equal(2, _sent.Count);
        Assert.NotEqual(_sent[0].Point.Handle, _sent[1].Point.Handle);
        Assert.Empty(_sent[0].Path.Intersect(_sent[1].Path));
        Assert.All(_sent, static one => Assert.Equal(PathLimits.DefaultForwarders - 1, one.Path.Count));
    }

    [Fact]
    public void EnvelopeOfTheSmallestSize_TakesOnePacketOnEachPath()
    {
        var envelope = _random.NextBytes(Piece.WholeSize);
        var id = _core.Submit(_now, Bob, envelope);
        Assert.Equal(2, _sent.Count);
        Assert.All(_pieces, piece => Assert.Equal((id, 1), (piece.Id, piece.Count)));
        Assert.All(_pieces, piece => Assert.Equal(envelope, piece.Bytes.ToArray()));

        // Beside the reply block of a longer path there is no room: then it is cut, and is the same message.
        _blockSize = ReplyBlock.MaxSize;
        _pieces.Clear();
        Pass(SendingLimits.FirstPatience);
        Assert.Equal(2 * SendingLimits.PathsOfRetry, _pieces.Count);
        Assert.All(_pieces, piece => Assert.Equal((id, 2), (piece.Id, piece.Count)));
        byte[] joined = [.. _pieces.First(static one => one.Index == 0).Bytes.Span, .. _pieces.First(static one => one.Index == 1).Bytes.Span];
        Assert.Equal(envelope, joined);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Piece.WholeSize - 1)]
    [InlineData(Piece.WholeSize + 1)]
    [InlineData(1024)]
    [InlineData(40_000)]
    public void EnvelopeOfAnotherSize_IsCutIntoPiecesThatAreAllOfIt(int size)
    {
        var envelope = _random.NextBytes(size);
        Assert.NotNull(_core.Submit(_now, Bob, envelope));
        Pass(200);
        byte[] joined = [.. _pieces.OrderBy(static one => one.Index).DistinctBy(static one => one.Index).SelectMany(static one => one.Bytes.ToArray())];
        Assert.Equal(envelope, joined);
        Assert.Equal(2 * _pieces[0].Count, _pieces.Count);
    }

    [Fact]
    public void EnvelopeThatIsUnderWayAlready_IsSentAllTheSame_UnderAnotherName()
    {
        var envelope = _random.NextBytes(Piece.WholeSize);
        Assert.NotEqual(_core.Submit(_now, Bob, envelope), _core.Submit(_now, Bob, envelope));
        Assert.Equal(2, _core.Count);
    }

    [Fact]
    public void NoPath_PassesWhereAnotherOfTheAttemptEnds_ThereAndBack()
    {
        MeetForwarders();
        for (var i = 0; i < 100; i++)
        {
            var id = _core.Submit(_now, Bob, new byte[100])!.Value;
            CheckAttempt(2);
            Pass(SendingLimits.FirstPatience);
            CheckAttempt(SendingLimits.PathsOfRetry);
            _core.Withdraw(_now, id);
        }

        // Of a long message no stretch does either.
        Assert.NotNull(_core.Submit(_now, Bob, new byte[40 * SphinxFormat.BodySize]));
        Pass(100);
        CheckAttempt(2);
    }

    [Fact]
    public void WhereTooFewForwardersAreKnown_PathsShareThemBeforeOnePassesWhereAnotherEnds()
    {
        MeetForwarders();
        var some = _points.Select(static point => point.Node.Key).Concat(_book.All.Select(static one => one.Descriptor.Key)).Distinct().Take(5).ToHashSet();
        _usable = one => some.Contains(one.Descriptor.Key);
        for (var i = 0; i < 20; i++)
        {
            Assert.NotNull(_core.Submit(_now, Bob, new byte[100]));
            Assert.NotEmpty(_sent[0].Path.Intersect(_sent[1].Path));
            CheckAttempt(2);
        }

        // And where nobody else is there it passes all the same.
        some = [.. _points.Select(static point => point.Node.Key)];
        Assert.NotNull(_core.Submit(_now, Bob, new byte[100]));
        Assert.Equal(2, _sent.Count);
    }

    [Fact]
    public void NoAnswer_NewPathsWithinTenSeconds_ThenLongerPauses_ThenSaid()
    {
        _core.Submit(_now, Bob, new byte[100]);
        Pass(20 * 60_000);
        var attempts = _sent.Select(static one => one.At).Distinct().ToList();
        Assert.Equal(SendingLimits.MaxAttempts, attempts.Count);
        Assert.InRange(attempts[1] - attempts[0], 1, SendingLimits.MaxPatience);
        for (var i = 2; i < attempts.Count; i++)
            Assert.True(attempts[i] - attempts[i - 1] >= attempts[i - 1] - attempts[i - 2]);
        Assert.Equal(SendingLimits.MaxAttempts, Assert.Single(_givenUp).Attempts);
        Assert.Equal(0, _core.Count);
        // Everybody who was on a path that brought nothing is doubted by now, or was.
        Assert.Equal(SendingLimits.PathsAtOnce + (SendingLimits.PathsOfRetry * (SendingLimits.MaxAttempts - 1)), _core.Counters.Lost);
    }

    [Fact]
    public void Answer_EndsIt_AndOnlyByABlockThatWentWithIt()
    {
        var id = _core.Submit(_now, Bob, new byte[100])!.Value;
        _now += 250;
        Assert.False(_core.Answered(_now, ReplyId.Generate(_random)));
        Assert.Empty(_acknowledged);
        Assert.True(_core.Answered(_now, _replies[1].Id));
        Assert.Equal(new SentMessage(Bob, id, 1, 250), Assert.Single(_acknowledged));
        Assert.False(_core.Answered(_now, _replies[1].Id));
        Pass(60_000);
        Assert.Equal(2, _sent.Count);
        Assert.Equal(250, _core.RoundTrip.Smoothed);
    }

    [Fact]
    public void Retry_PrefersAnotherPoint()
    {
        _core.Submit(_now, Bob, new byte[100]);
        var unused = _points.Single(point => _sent.TrueForAll(one => one.Point.Handle != point.Handle));
        Pass(SendingLimits.FirstPatience);
        Assert.Contains(_sent.Skip(2), one => one.Point.Handle == unused.Handle);
    }

    [Fact]
    public void NoWay_WaitsForOne_ThenIsSaid()
    {
        var points = _points.ToList();
        _points.Clear();
        _core.Submit(_now, Bob, new byte[100]);
        Pass(10_000);
        Assert.Empty(_sent);
        _points.AddRange(points);
        _core.Changed(_now);
        _core.Tick(_now);
        Assert.Equal(2, _sent.Count);

        _points.Clear();
        _core.Submit(_now, Bob, new byte[100]);
        Pass(SendingLimits.MaxFruitless + SendingLimits.NoPathPause);
        Assert.Equal(0, _givenUp.Single(static one => one.Attempts == 0).Attempts);
    }

    [Fact]
    public void NoWay_IsSaidAfterAMinute_HoweverOftenSomethingChanges()
    {
        _points.Clear();
        _core.Submit(_now, Bob, new byte[100]);
        for (var i = 0; i < 1_000; i++)
        {
            _core.Changed(_now);
            Pass(50);
        }

        Assert.Empty(_givenUp);
        Pass(SendingLimits.MaxFruitless + SendingLimits.NoPathPause - 50_000);
        Assert.Single(_givenUp);
    }

    [Fact]
    public void LongMessage_TakesSeveralPairsOfPaths_AndLeavesEvenly()
    {
        Assert.NotNull(_core.Submit(_now, Bob, new byte[SendingLimits.MaxEnvelope]));
        Assert.InRange(_sent.Count, 1, SendingLimits.Burst);
        Pass(1_000);
        Assert.True(_sent.Select(static one => one.Path[0]).Distinct().Count() > 6);
        Assert.Null(_core.Submit(_now, Bob, new byte[SendingLimits.MaxEnvelope + 1]));
    }

    [Fact]
    public void TooMany_AreNotTaken_AndRoomIsSaid()
    {
        var ids = new List<MessageId>();
        while (_core.Submit(_now, Bob, new byte[10]) is { } id)
            ids.Add(id);
        Assert.Equal(SendingLimits.MaxMessagesOfPeer, ids.Count);
        Assert.Equal(0, _room);
        _core.Withdraw(_now, ids[0]);
        Assert.Equal(1, _room);
        Assert.NotNull(_core.Submit(_now, Bob, new byte[10]));
    }

    [Fact]
    public void RoundTrip_FollowsRfc6298()
    {
        var time = new RoundTrip();
        Assert.Equal(SendingLimits.FirstPatience, time.Patience);
        time.Take(400);
        Assert.Equal(400 + (4 * 200), time.Patience);
        time.Take(800);
        // RTTVAR = 3/4 · 200 + 1/4 · 400 = 250, SRTT = 7/8 · 400 + 1/8 · 800 = 450.
        Assert.Equal(450 + (4 * 250), time.Patience);
        for (var i = 0; i < 100; i++)
            time.Take(1);
        Assert.Equal(SendingLimits.MinPatience, time.Patience);
        time.Take(1_000_000);
        Assert.Equal(SendingLimits.MaxPatience, time.Patience);
    }

    IReadOnlyList<MeetingAddress> ISendingWorld.MeetingPointsOf(AccountId peer) => _points;

    void ISendingWorld.Send(long now, OutgoingPacket packet) => _sent.Add((now, _points.Concat(_known).First(point => point.Handle == HandleOf(packet)), _paths[packet.Bytes]));

    void ISendingWorld.Acknowledged(long now, SentMessage message) => _acknowledged.Add(message);

    void ISendingWorld.GivenUp(long now, SentMessage message) => _givenUp.Add(message);

    void ISendingWorld.HasRoom(long now) => _room++;

    OutgoingPacket IPacketMaker.ToHandle(long now, IReadOnlyList<KnownForwarder> path, MeetingAddress point, ReadOnlySpan<byte> body)
    {
        Assert.True(body.Length <= SphinxFormat.BodySize);
        Assert.True(MeetingContent.TryRead(body, out var content));
        _pieces.Add(((PieceContent)content!).Piece);
        _known.Add(point);
        ReadOnlyMemory<byte> bytes = point.Handle.ToArray();
        _paths.Add(bytes, path);
        return new OutgoingPacket(path[0].Descriptor, bytes);
    }

    OutgoingPacket IPacketMaker.ToService(long now, IReadOnlyList<KnownForwarder> path, ForwarderDescriptor end, ReadOnlySpan<byte> body) => throw new NotSupportedException();

    MadeReplyBlock? IPacketMaker.MakeReplyBlock(long now, PathExclusions without)
    {
        var made = new MadeReplyBlock(ReplyId.Generate(_random), new byte[_blockSize], []);
        _replies.Add(made);
        _repliesWithout.Add(without);
        return made;
    }

    IReadOnlyList<KnownForwarder>? IPacketMaker.Draw(long now, int count, PathExclusions without) => _chooser.TryDraw(now, count, without, _usable);

    ForwarderDescriptor? IPacketMaker.Newest(long now, ForwarderDescriptor known) => known;

    private readonly List<Piece> _pieces = [];
    private readonly HashSet<MeetingAddress> _known = [];
    private readonly Dictionary<ReadOnlyMemory<byte>, IReadOnlyList<KnownForwarder>> _paths = [];

    private static NodeHandle HandleOf(OutgoingPacket packet)
    {
        _ = NodeHandle.TryRead(packet.Bytes.Span, out var handle);
        return handle;
    }

    // The points are such as paths are drawn from.
    private void MeetForwarders()
    {
        for (var i = 0; i < _points.Count; i++)
            _points[i] = _points[i] with { Node = _book.All.ElementAt(i).Descriptor };
    }

    // What was sent since the last time ends at so many points, and passes none of them.
    private void CheckAttempt(int points)
    {
        var ends = _sent.Select(static one => one.Point.Node).Distinct().ToList();
        Assert.Equal(points, ends.Count);
        Assert.All(ends, end =>
        {
            Assert.DoesNotContain(_sent.SelectMany(static one => one.Path), one => one.Descriptor.Key == end.Key);
            Assert.All(_repliesWithout, without => Assert.True(without.Has(end.Key, _book.GroupOf(end))));
        });
        _sent.Clear();
        _repliesWithout.Clear();
    }

    private void Pass(long time)
    {
        var end = _now + time;
        while (_core.NextDeadline <= end)
        {
            _now = Math.Max(_now, _core.NextDeadline);
            _core.Tick(_now);
        }

        _now = end;
    }
}
