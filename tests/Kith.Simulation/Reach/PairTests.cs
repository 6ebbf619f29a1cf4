using Kith.Overlay.Reach;
using Kith.Simulation.Network;

namespace Kith.Simulation.Reach;

public sealed class PairTests(ITestOutputHelper output)
{
    private const long Second = 1_000;

    public static TheoryData<string, string> Pairs()
    {
        string[] kinds = ["Open", .. Enum.GetNames<NatKind>()];
        var pairs = new TheoryData<string, string>();
        foreach (var one in kinds)
        {
            foreach (var other in kinds)
                pairs.Add(one, other);
        }

        return pairs;
    }

    /// <summary>Two people who know each other's introducers, each behind a NAT of its own: a way wherever there can be one, and a word about it where there cannot.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public void Call_FindsADirectWayWhereThereCanBeOne(string one, string other) => SimulationRun.Under(seed =>
    {
        var world = new ReachWorld(seed, LinkQuality.Internet);
        world.AddPublic(4);
        var caller = world.Add(NatOf(world, one));
        var called = world.Add(NatOf(world, other));
        ReachWorld.Befriend(caller, called);
        Assert.True(world.Network.RunUntil(() => called.Via.Count > 0, 10 * Second));
        world.Network.Run(5 * Second);
        var call = caller.Call(called);
        Assert.True(world.Network.RunUntil(() => call.Outcome is not null, 50 * Second));

        var hard = new[] { one, other }.Count(kind => kind == nameof(NatKind.Symmetric));
        var needsMany = hard == 1 && new[] { one, other }.Contains(nameof(NatKind.PortRestricted));
        output.WriteLine($"{one} to {other}: {call.Outcome!.Result} after {call.Took} ms; sockets {caller.SocketsOpened}+{called.SocketsOpened}");
        if (hard == 2)
        {
            Assert.Equal(ReachResult.BothHard, call.Outcome.Result);
            return;
        }

        Assert.Equal(ReachResult.Direct, call.Outcome.Result);
        Assert.True(call.Took <= (needsMany ? 40 * Second : Second));
        Assert.Contains(called.Heard, heard => heard.Key == caller.Key.PublicKey);
        world.Network.Run(41 * Second);
        Assert.Equal(0, caller.SocketsOpen + called.SocketsOpen);
        Assert.Equal(0, caller.Node.Core.Reach.Punches + called.Node.Core.Reach.Punches);
    }, nameof(Call_FindsADirectWayWhereThereCanBeOne));

    /// <summary>Many sockets against many ports, often enough to see how often it comes to something in time.</summary>
    [Fact]
    public void HardAgainstEasy_MostlyMeetWithinFortySeconds() => SimulationRun.Under(seed =>
    {
        const int Tries = 30;
        var times = new List<long>();
        for (var i = 0; i < Tries; i++)
        {
            var world = new ReachWorld(seed + (ulong)i, LinkQuality.Internet);
            world.AddPublic(4);
            var caller = world.Add(world.Network.AddNat(i % 2 == 0 ? NatKind.Symmetric : NatKind.PortRestricted));
            var called = world.Add(world.Network.AddNat(i % 2 == 0 ? NatKind.PortRestricted : NatKind.Symmetric));
            ReachWorld.Befriend(caller, called);
            world.Network.Run(10 * Second);
            var call = caller.Call(called);
            world.Network.RunUntil(() => call.Outcome is not null, 50 * Second);
            if (call.Took is { } took)
                times.Add(took);
        }

        times.Sort();
        output.WriteLine($"{times.Count} of {Tries} met, after {times[0]} to {times[^1]} ms, median {times[times.Count / 2]} ms");
        Assert.True(times.Count >= Tries * 0.9);
    }, nameof(HardAgainstEasy_MostlyMeetWithinFortySeconds));

    /// <summary>Both call each other in the same moment, as people do who find each other again: of two punches, each side may begin another first.</summary>
    [Theory]
    [InlineData(NatKind.PortRestricted, NatKind.Symmetric)]
    [InlineData(NatKind.PortRestricted, NatKind.PortRestricted)]
    public void BothCallAtOnce_Meet(NatKind one, NatKind other) => SimulationRun.Under(seed =>
    {
        const int Tries = 10;
        for (var i = 0; i < Tries; i++)
        {
            var world = new ReachWorld(seed + (ulong)i, LinkQuality.Internet);
            world.AddPublic(4);
            var (first, second) = (world.Add(world.Network.AddNat(one)), world.Add(world.Network.AddNat(other)));
            ReachWorld.Befriend(first, second);
            world.Network.Run(10 * Second);
            var calls = new[] { first.Call(second), second.Call(first) };
            Assert.True(world.Network.RunUntil(() => first.Heard.Count > 0 && second.Heard.Count > 0, 41 * Second), $"try {i}: {calls[0].Outcome?.Result}, {calls[1].Outcome?.Result}");
        }
    }, nameof(BothCallAtOnce_Meet));

    private static SimulatedNat? NatOf(ReachWorld world, string kind) => Enum.TryParse<NatKind>(kind, out var nat) ? world.Network.AddNat(nat) : null;
}
