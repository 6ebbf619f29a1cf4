using Kith.Crypto;
using Kith.Forwarding.Cover;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Tests.Directory;
using Kith.Simulation.Network;

namespace Kith.Forwarding.Tests.Cover;

/// <summary>Loops and dummies (docs/protocol/paths.md, "Cover"), by a clock that jumps from deadline to deadline.</summary>
public sealed class CoverCoreTests : IDisposable
{
    private const long Hour = 3_600_000;

    private readonly SimulatedRandom _random = new(31);
    private readonly ForwardingKeys _own;
    private readonly Line _line = new();
    private readonly List<GuardSession> _guards = [];
    private readonly PacketMaker _packets;
    private readonly CoverCore _cover;
    private long _now = Forwarders.Now;

    public CoverCoreTests()
    {
        var book = Forwarders.Book(_random, 20);
        _own = new ForwardingKeys(new ForgetfulForwardingStore(), _random, _now);
        var chooser = new PathChooser(book, _random);
        _packets = new PacketMaker(new SphinxBuilder(_random), book, chooser, () => _guards, _own, _random);
        _cover = new CoverCore(_line, _packets, _random);
        var guard = book.View(_now)[0].Descriptor;
        using var session = X25519PrivateKey.Generate(_random);
        _guards.Add(new GuardSession(guard, session.PublicKey));
    }

    public void Dispose() => _own.Dispose();

    [Fact]
    public void UnlessSet_NothingIsDueAndNothingLeaves()
    {
        Assert.Equal(long.MaxValue, _cover.NextDeadline);
        _cover.Tick(_now + Hour);
        Assert.Empty(_line.At);
        Assert.Equal((0, 0, 0), (_cover.LoopsSent, _cover.DummiesSent, _cover.LoopsBack));
    }

    [Theory]
    [InlineData(30, 0)]
    [InlineData(0, 60)]
    [InlineData(12, 90)]
    public void Pauses_AreOfAPoissonProcessOfTheRate(int loops, int dummies)
    {
        _cover.Set(_now, loops, dummies);
        Run(2 * Hour / 3);
        // The count of a Poisson process: five standard deviations around its mean.
        Near(loops * 40, _cover.LoopsSent);
        Near(dummies * 40, _cover.DummiesSent);
        Assert.Equal(_cover.LoopsSent + _cover.DummiesSent, _line.At.Count);
        // Together they are one of the sum of the rates. Its pauses have a mean and a deviation that are the same; even ones would have none.
        var pauses = _line.At.Zip(_line.At.Skip(1), static (first, next) => (double)(next - first)).ToList();
        var mean = pauses.Average();
        Assert.InRange(Math.Sqrt(pauses.Average(pause => (pause - mean) * (pause - mean))) / mean, 0.85, 1.15);
        // A share of e^-1 is longer than the mean.
        Assert.InRange(pauses.Count(pause => pause > mean) / (double)pauses.Count, 0.3, 0.44);
        // What came so far says nothing of what comes: neighbours are not alike.
        var together = pauses.Zip(pauses.Skip(1), (one, other) => (one - mean) * (other - mean)).Average() / (mean * mean);
        Assert.InRange(together, -0.15, 0.15);
    }

    [Fact]
    public void Rate_IsSixHundredAMinuteAtMost()
    {
        _cover.Set(_now, int.MaxValue, 100_000);
        Run(Hour / 30);
        Near(CoverCore.MaxPerMinute * 2, _cover.LoopsSent);
        Near(CoverCore.MaxPerMinute * 2, _cover.DummiesSent);
        Assert.Equal(600, CoverCore.MaxPerMinute);
    }

    [Fact]
    public void TurnedOff_NothingMoreLeaves()
    {
        _cover.Set(_now, 60, 60);
        Run(Hour / 60);
        var left = _line.At.Count;
        Assert.NotEqual(0, left);
        _cover.Set(_now, 0, -5);
        Assert.Equal(long.MaxValue, _cover.NextDeadline);
        _cover.Tick(_now + Hour);
        Assert.Equal(left, _line.At.Count);
    }

    [Fact]
    public void AfterALongSleep_WhatWasMissedIsNotMadeUpFor()
    {
        _cover.Set(_now, 600, 600);
        _now += 2 * Hour;
        _cover.Tick(_now);
        Assert.Equal(2, _line.At.Count);
        Assert.True(_cover.NextDeadline > _now);
    }

    [Fact]
    public void NoGuard_LoopsWaitAndOnlyWhatLeftIsCounted()
    {
        var guard = _guards[0];
        _guards.Clear();
        _cover.Set(_now, 60, 60);
        Run(Hour / 6);
        Assert.Equal(0, _cover.LoopsSent);
        Assert.NotEqual(0, _cover.DummiesSent);
        Assert.Equal(_cover.DummiesSent, _line.At.Count);
        _guards.Add(guard);
        Run(Hour / 6);
        Assert.NotEqual(0, _cover.LoopsSent);
        Assert.Equal(_cover.DummiesSent + _cover.LoopsSent, _line.At.Count);
    }

    [Fact]
    public void NoForwarders_NothingLeavesAndNothingIsCounted()
    {
        using var own = new ForwardingKeys(new ForgetfulForwardingStore(), _random, _now);
        var book = Forwarders.Book(_random, 1);
        var cover = new CoverCore(_line, new PacketMaker(new SphinxBuilder(_random), book, new PathChooser(book, _random), () => _guards, own, _random), _random);
        cover.Set(_now, 600, 600);
        for (var i = 0; i < 1_000; i++)
            cover.Tick(_now = cover.NextDeadline);
        Assert.Empty(_line.At);
        Assert.Equal((0, 0), (cover.LoopsSent, cover.DummiesSent));
    }

    [Fact]
    public void LoopsAndDummies_HaveTheSizeOfAnyPacketAndOtherBeginnings()
    {
        _cover.Set(_now, 300, 300);
        Run(Hour / 60);
        Assert.All(_line.Packets, static packet => Assert.Equal(SphinxFormat.PacketSize, packet.Bytes.Length));
        Assert.Equal(_line.Packets.Count, _line.Packets.Select(static packet => Convert.ToHexString(packet.Bytes.Span[..64])).Distinct().Count());
        Assert.InRange(_line.Packets.Select(static packet => packet.First.Key).Distinct().Count(), 10, 20);
    }

    [Fact]
    public void LoopsThatCameBack_AreCounted()
    {
        _cover.Back();
        _cover.Back();
        Assert.Equal(2, _cover.LoopsBack);
    }

    private static void Near(long expected, long counted) => Assert.InRange(counted, expected - (5 * Math.Sqrt(expected)), expected + (5 * Math.Sqrt(expected)));

    private void Run(long time)
    {
        for (var end = _now + time; _cover.NextDeadline <= end;)
            _cover.Tick(_now = _cover.NextDeadline);
    }

    private sealed class Line : ICoverWorld
    {
        public List<long> At { get; } = [];

        public List<OutgoingPacket> Packets { get; } = [];

        public void Send(long now, OutgoingPacket packet)
        {
            At.Add(now);
            Packets.Add(packet);
        }
    }
}
