using Kith.Crypto;
using Kith.Overlay.Reach;
using Kith.Wire;

namespace Kith.Overlay.Tests.Reach;

public sealed class PunchTests
{
    private static readonly Endpoint Introducer = At("198.18.1.1:4001");

    private readonly ReachScene _scene = new();
    private readonly ReachSide _node;
    private readonly byte[] _key = SystemRandom.Instance.NextBytes(ProbePacket.KeySize);
    private readonly List<Endpoint> _reached = [];

    public PunchTests() => _node = _scene.Add("198.18.2.1:4002");

    [Theory]
    [InlineData("198.18.3.1:4003", true)]
    [InlineData("[2001:db8::3]:4003", true)]
    [InlineData("198.18.3.1:53", false)]
    [InlineData("198.18.3.1:0", false)]
    [InlineData("127.0.0.1:4003", false)]
    [InlineData("[::1]:4003", false)]
    [InlineData("10.0.0.3:4003", false)]
    [InlineData("192.168.1.3:4003", false)]
    [InlineData("100.64.0.3:4003", false)]
    [InlineData("169.254.0.3:4003", false)]
    [InlineData("[fe80::3]:4003", false)]
    [InlineData("224.0.0.1:4003", false)]
    [InlineData("255.255.255.255:4003", false)]
    [InlineData("[64:ff9b::a00:3]:4003", false)]
    [InlineData("198.18.2.1:4002", false)]
    public void Target_IsPunchedOnlyWhereNobodyElseCanBeMeant(string target, bool isPunched)
    {
        _node.Networks = new OwnNetworks([_node.Address, At("192.168.1.9:1"), At("[2001:db8::9]:1"), At("127.0.0.1:1")]);
        var chosen = PunchTargets.Choose(_node, Introducer, [At(target)], isContact: true, out var refused);
        Assert.Equal(isPunched ? 1 : 0, chosen.Count);
        Assert.Equal(isPunched ? 0 : 1, refused);
    }

    [Fact]
    public void PrivateAddress_IsPunchedBehindTheSameNat()
    {
        _node.Networks = new OwnNetworks([At("192.168.1.9:1")]);
        Endpoint[] candidates = [_node.Wan4!.Value.WithPort(9000), At("192.168.1.3:4003")];
        Assert.Equal(candidates, PunchTargets.Choose(_node, Introducer, candidates, isContact: true, out _));
        Assert.Empty(PunchTargets.Choose(_node, Introducer, candidates, isContact: false, out _));
        Assert.Empty(PunchTargets.Choose(_node, Introducer, [At("10.0.0.3:4003")], isContact: true, out _));
    }

    [Fact]
    public void PrivateAddress_IsPunchedWhereTheIntroducerIsInside()
    {
        _node.Networks = new OwnNetworks([At("192.168.1.9:1")]);
        Assert.Single(PunchTargets.Choose(_node, At("192.168.1.1:4001"), [At("192.168.1.3:4003")], isContact: true, out _));
    }

    [Fact]
    public void Loopback_IsPunchedOnlyWhereTheIntroducerIsOnIt()
    {
        _node.Networks = OwnNetworks.Loopback;
        Assert.Single(PunchTargets.Choose(_node, At("127.0.0.1:4001"), [At("127.0.0.1:4003")], isContact: true, out _));
        Assert.Empty(PunchTargets.Choose(_node, Introducer, [At("127.0.0.1:4003")], isContact: true, out _));
    }

    [Fact]
    public void Targets_AreFewForStrangers()
    {
        var many = Enumerable.Range(1, 30).Select(i => At($"198.18.3.{i}:4003")).ToList();
        Assert.Equal(ReachLimits.MaxCandidates, PunchTargets.Choose(_node, Introducer, many, isContact: true, out _).Count);
        Assert.Equal(ReachLimits.MaxCandidatesOfStranger, PunchTargets.Choose(_node, Introducer, many, isContact: false, out _).Count);
    }

    [Fact]
    public void FirstProbe_IsAnsweredThreeTimes_AndFurtherOnesSixAtMost()
    {
        var (punch, from) = (NewPunch([]), At("198.18.3.1:4003"));
        Assert.True(punch.Receive(_scene.Now, -1, from, Probe()));
        for (var i = 0; i <= 200; i += 10)
            punch.Tick(_scene.Now + i);
        Assert.Equal(3, _node.Probes);
        Assert.All(_node.Sent, sent => Assert.True(ProbePacket.TryRead(sent.Datagram, _key, out var probe) && probe is { IsHeard: true, IsCaller: true }));
        for (var i = 0; i < 20; i++)
            punch.Receive(_scene.Now + 300, -1, from, Probe());
        Assert.Equal(ReachLimits.MaxHeard, _node.Probes);
        Assert.Equal([from], _reached);
    }

    [Fact]
    public void ManySources_AreToldAndAnsweredAFewTimes()
    {
        var punch = NewPunch([]);
        for (var i = 1; i <= 50; i++)
            punch.Receive(_scene.Now, -1, At($"198.18.3.{i}:4003"), Probe());
        Assert.Equal(ReachLimits.MaxWorking, _reached.Count);
        Assert.Equal(ReachLimits.MaxWorking, _node.Probes);
    }

    [Fact]
    public void ForgedOrOwnProbe_DoesNothing()
    {
        var (punch, from) = (NewPunch([]), At("198.18.3.1:4003"));
        var good = Probe();
        for (var at = 0; at < good.Length; at++)
        {
            var altered = (byte[])good.Clone();
            altered[at] ^= 1;
            Assert.False(punch.Receive(_scene.Now, -1, from, altered));
        }

        Assert.False(punch.Receive(_scene.Now, -1, from, good.AsSpan(1)));
        Assert.False(punch.Receive(_scene.Now, -1, from, [.. good, 0]));
        var own = new byte[ProbePacket.Size];
        new ProbePacket(5, IsCaller: true, IsHeard: false, 0).Write(own, _key);
        Assert.False(punch.Receive(_scene.Now, -1, from, own));
        Assert.False(punch.Receive(_scene.Now, -1, At("10.0.0.3:4003"), good));
        Assert.Equal(0, _node.Probes);
        Assert.Empty(_reached);
    }

    [Fact]
    public void Rounds_AreSeven_AndEndOnTime()
    {
        var punch = NewPunch([At("198.18.3.1:4003"), At("198.18.3.2:4003")]);
        for (var at = 0L; at < ReachLimits.PunchPatience; at++)
            punch.Tick(_scene.Now + at);
        Assert.Equal(14, _node.Probes);
        Assert.Equal(_scene.Now + ReachLimits.PunchPatience, punch.EndsAt);
        Assert.Equal(punch.EndsAt, punch.NextDeadline);
    }

    [Fact]
    public void ManyPorts_AreBoundedAndPaced()
    {
        var target = At("198.18.3.1:4003");
        var spray = new Spray(SprayRole.ManyPorts, target, SystemRandom.Instance, _scene.Now + ReachLimits.SprayAfter, NoPunchSockets.Instance, new SprayTurns());
        var punch = new Punch(_node, 5, true, _key, [], _scene.Now, spray, _reached.Add);
        for (var at = 0L; at < ReachLimits.SprayPatience; at += 5)
        {
            if (punch.NextDeadline <= _scene.Now + at)
                punch.Tick(_scene.Now + at);
            Assert.True(_node.Probes <= 2 + (at / 10));
        }

        Assert.Equal(ReachLimits.SprayProbes, _node.Probes);
        Assert.All(_node.Sent, sent => Assert.True(sent.To.SameAddress(target) && sent.To.Port >= ReachLimits.MinPort));
        Assert.Equal(_node.Sent.Count, _node.Sent.Select(sent => sent.To).Distinct().Count());
    }

    [Fact]
    public void MoreTryPortsThanMayAtOnce_TheLastWaitsUntilOneHasEnded()
    {
        var turns = new SprayTurns();
        var targets = Enumerable.Range(1, ReachLimits.MaxSpraysAtPorts + 1).Select(i => At($"198.18.3.{i}:4003")).ToList();
        var punches = targets.ConvertAll(target => new Punch(
            _node, 5, true, _key, [], _scene.Now, new Spray(SprayRole.ManyPorts, target, SystemRandom.Instance, _scene.Now, NoPunchSockets.Instance, turns), _reached.Add));
        void Run(long from, long to)
        {
            for (var at = from; at < to; at += ReachLimits.SprayStep)
                punches.ForEach(punch => punch.Tick(_scene.Now + at));
        }

        Run(0, 1_000);
        Assert.DoesNotContain(_node.Sent, sent => sent.To.SameAddress(targets[^1]));
        Assert.Contains(_node.Sent, sent => sent.To.SameAddress(targets[0]));
        punches[0].End();
        punches.RemoveAt(0);
        Run(1_000, 2_000);
        Assert.Contains(_node.Sent, sent => sent.To.SameAddress(targets[^1]));
    }

    private Punch NewPunch(List<Endpoint> targets) => new(_node, 5, true, _key, targets, _scene.Now, null, _reached.Add);

    private byte[] Probe()
    {
        var probe = new byte[ProbePacket.Size];
        new ProbePacket(5, IsCaller: false, IsHeard: false, 1).Write(probe, _key);
        return probe;
    }

    private static Endpoint At(string text)
    {
        if (text.EndsWith(":0", StringComparison.Ordinal))
            return At(text[..^1] + "1").WithPort(0);
        Assert.True(Endpoint.TryParse(text, out var at));
        return at;
    }
}
