using Kith.Simulation.Network;

namespace Kith.Simulation.Connections;

/// <summary>Paths that change the order of packets: what is late and not lost gives the window back (RFC 9438 section 4.9.2), and is waited for longer from then on.</summary>
public sealed class ReorderingTests
{
    private const int Bytes = 6_000_000;

    /// <summary>Packets held back in a hundred, by how much at most, packets lost in a thousand, and within which time all must be there; milliseconds, on a path of 20 ms one way.</summary>
    public static TheoryData<int, int, int, long> Paths => new()
    {
        { 0, 0, 0, 600 },
        { 1, 10, 0, 1_000 }, // without, 7 to 9 s
        { 1, 30, 0, 1_500 }, // 10 s
        { 10, 10, 0, 1_500 }, // 25 s
        { 10, 30, 0, 4_000 }, // 40 s
        { 30, 15, 0, 4_000 }, // 50 s
        { 30, 60, 0, 30_000 }, // 95 s: later than a round trip more, which is as long as anything is waited for
        { 10, 30, 1, 8_000 }, // 40 s
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public void Reordering_DoesNotMakeAPathSlow(int heldBack, int by, int lost, long within) => SimulationRun.Under(seed =>
    {
        using var world = Transfer(seed, new LinkQuality(20, 20) { Reordering = heldBack / 100.0, HeldBack = by, Loss = lost / 1000.0 });
        world.RunUntilWhole(world.Called, 1, Bytes, within);
        // What was taken for lost goes twice; late is not lost for long.
        Assert.InRange(world.Network.Counters.BytesSent, Bytes, Bytes + (Bytes / 4));
    });

    [Fact]
    public void Loss_AmongReordering_StillShrinksTheWindow() => SimulationRun.Under(seed =>
    {
        // One in a hundred is really lost: RFC 5681's window of about 13 datagrams brings 0.4 to 0.5 MB a second, once slow start's luck is used up.
        using var world = Transfer(seed, new LinkQuality(20, 20) { Reordering = 0.1, HeldBack = 30, Loss = 0.01 }, 4 * Bytes);
        world.Network.Run(5_000);
        var before = world.Called.Core.Incoming.Sum(one => one.Count);
        world.Network.Run(5_000);
        Assert.InRange(world.Called.Core.Incoming.Sum(one => one.Count) - before, 800_000, 4_000_000);
    });

    private static ConnectionWorld Transfer(ulong seed, LinkQuality quality, int bytes = Bytes)
    {
        var world = new ConnectionWorld(seed, quality);
        world.Open();
        world.Transfer(world.Caller, bytes);
        return world;
    }
}
