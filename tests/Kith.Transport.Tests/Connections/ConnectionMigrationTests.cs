using Kith.Transport.Connections;
using Kith.Transport.Sessions;
using Kith.Transport.Tests.Sessions;
using Kith.Wire;

namespace Kith.Transport.Tests.Connections;

/// <summary>Paths that change under a session: nothing is lost or repeated.</summary>
public sealed class ConnectionMigrationTests
{
    private static readonly Endpoint Elsewhere = Endpoint.FromIPv4(0xc6336401, 4001);

    [Fact]
    public void Responder_CallerHasANewAddress_FollowsAndProvesIt()
    {
        using var pair = ConnectionPair.Open();
        var transfer = new Transfer(pair, pair.Caller, pair.Called, 2_000_000);
        pair.RunUntil(() => transfer.Step() > 300_000);
        pair.Caller.Endpoint = Elsewhere; // a NAT forgot the mapping, or the machine moved
        pair.RunUntil(() => transfer.Step() == 2_000_000);
        transfer.AssertSame();
        Assert.Equal(Elsewhere, pair.Called.Core.Path);
        Assert.True(pair.Called.Core.Paths.Single(static path => path.IsActive).IsValidated);
    }

    [Fact]
    public void Responder_PacketCopiedToAnotherAddress_GoesBackToTheTruePath()
    {
        using var pair = ConnectionPair.Open();
        var isCopied = false;
        pair.Filter = (from, to, datagram) =>
        {
            if (from != pair.Caller.Endpoint || isCopied)
                return datagram;
            isCopied = true;
            pair.Inject(Elsewhere, to, datagram);
            return null;
        };
        CoreSide.Write(pair.Caller.Core.TryOpen(StreamIo.Kind)!, [1]);
        pair.Run(TimeSpan.FromSeconds(30));
        Assert.True(isCopied);
        Assert.Equal(pair.Caller.Endpoint, pair.Called.Core.Path);
        var came = pair.Sent.Where(sent => sent.From == Elsewhere).Sum(static sent => sent.Datagram.Length);
        var left = pair.Sent.Where(static sent => sent.To == Elsewhere).Sum(static sent => sent.Datagram.Length);
        Assert.InRange(left, 1, 3 * 1300);
        Assert.Equal(0, came);
    }

    [Fact]
    public void Initiator_ProbedPathAnswers_MigratesWithAnIdOfItsOwn()
    {
        using var pair = ConnectionPair.Open();
        var alias = Endpoint.FromIPv4(0xcb007105, 4002);
        // A second way to the same node: as through a relay, which has one address for each side.
        pair.Filter = (from, to, datagram) =>
        {
            if (to == alias)
                pair.Inject(Elsewhere, pair.Called.Endpoint, datagram);
            else if (to == Elsewhere)
                pair.Inject(alias, pair.Caller.Endpoint, datagram);
            return datagram;
        };
        var transfer = new Transfer(pair, pair.Called, pair.Caller, 2_000_000);
        pair.RunUntil(() => transfer.Step() > 200_000);
        pair.Caller.Core.Probe(pair.Now, alias);
        pair.RunUntil(() => transfer.Step() >= 0 && pair.Caller.Validated.Contains(alias));
        var last = pair.Sent.Count;
        pair.Caller.Core.Migrate(pair.Now, alias);
        Assert.Equal(alias, pair.Caller.Core.Path);
        pair.RunUntil(() => transfer.Step() == 2_000_000);
        transfer.AssertSame();
        Assert.Equal(Elsewhere, pair.Called.Core.Path);
        var before = IdsTo(pair.Sent.Take(last).Where(sent => sent.To == pair.Called.Endpoint));
        var after = IdsTo(pair.Sent.Skip(last).Where(sent => sent.To == alias));
        Assert.Empty(before.Intersect(after));
    }

    [Fact]
    public void Initiator_UnprovedPath_IsNotMigratedTo()
    {
        using var pair = ConnectionPair.Open();
        pair.Caller.Core.Probe(pair.Now, Elsewhere);
        pair.Caller.Core.Migrate(pair.Now, Elsewhere);
        Assert.Equal(pair.Called.Endpoint, pair.Caller.Core.Path);
        var before = pair.Sent.Count(static sent => sent.To == Elsewhere);
        pair.Run(TimeSpan.FromSeconds(60));
        var challenges = pair.Sent.Where(static sent => sent.To == Elsewhere).ToList();
        Assert.InRange(challenges.Count - before, 8, 20); // a NAT may open late
        Assert.All(challenges, static sent => Assert.Equal(1200, sent.Datagram.Length));
        Assert.Single(pair.Caller.Core.Paths);
    }

    [Fact]
    public void Initiator_PathDies_GoesOnByAnotherThatProvedItself()
    {
        using var pair = ConnectionPair.Open();
        var alias = Endpoint.FromIPv4(0xcb007105, 4002);
        var isDead = false;
        pair.Filter = (from, to, datagram) =>
        {
            if (to == alias)
                pair.Inject(Elsewhere, pair.Called.Endpoint, datagram);
            else if (to == Elsewhere)
                pair.Inject(alias, pair.Caller.Endpoint, datagram);
            else if (isDead)
                return null;
            return datagram;
        };
        var transfer = new Transfer(pair, pair.Caller, pair.Called, 2_000_000);
        pair.RunUntil(() => transfer.Step() > 200_000);
        pair.Caller.Core.Probe(pair.Now, alias);
        pair.RunUntil(() => transfer.Step() >= 0 && pair.Caller.Validated.Contains(alias));
        isDead = true;
        var start = pair.Now;
        pair.RunUntil(() => transfer.Step() == 2_000_000, TimeSpan.FromSeconds(30));
        transfer.AssertSame();
        Assert.Equal(alias, pair.Caller.Core.Path);
        Assert.True(pair.Now - start < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Initiator_EveryPathDies_SaysSoAndGoesOnWhenOneIsFound()
    {
        using var pair = ConnectionPair.Open();
        var transfer = new Transfer(pair, pair.Caller, pair.Called, 1_000_000);
        pair.RunUntil(() => transfer.Step() > 100_000);
        var old = pair.Called.Endpoint;
        pair.Called.Endpoint = Elsewhere; // the called node moved, and its NAT lets nothing out that the caller would see
        pair.Filter = (from, _, datagram) => from == Elsewhere && pair.Caller.PathLosses == 0 ? null : datagram;
        pair.RunUntil(() => transfer.Step() >= 0 && pair.Caller.PathLosses == 1, TimeSpan.FromSeconds(20));
        pair.Caller.Core.Probe(pair.Now, Elsewhere);
        pair.RunUntil(() => transfer.Step() == 1_000_000, TimeSpan.FromSeconds(20));
        transfer.AssertSame();
        Assert.Equal(Elsewhere, pair.Caller.Core.Path);
        Assert.NotEqual(old, Elsewhere);
    }

    [Fact]
    public void Paths_Many_AreBounded()
    {
        using var pair = ConnectionPair.Open();
        for (ushort port = 1; port < 100; port++)
            pair.Caller.Core.Probe(pair.Now, Elsewhere.WithPort(port));
        Assert.Equal(ConnectionLimits.MaxPaths, pair.Caller.Core.Paths.Count);
        pair.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(ConnectionState.Open, pair.Caller.Core.State);
        Assert.Equal(ConnectionState.Open, pair.Called.Core.State);
        Assert.Single(pair.Caller.Core.Paths);
    }

    private static HashSet<ulong> IdsTo(IEnumerable<(Endpoint From, Endpoint To, byte[] Datagram)> packets) =>
        [.. packets.Where(static packet => ShortHeader.Is(packet.Datagram[0])).Select(static packet => ShortHeader.IdOf(packet.Datagram))];

    /// <summary>Bytes on their way from one side to the other.</summary>
    private sealed class Transfer
    {
        private readonly ConnectionSide _to;
        private readonly byte[] _bytes;
        private readonly List<byte> _received = [];

        public Transfer(ConnectionPair pair, ConnectionSide from, ConnectionSide to, int size)
        {
            _to = to;
            _bytes = StreamIo.Bytes(size);
            CoreSide.Write(from.Core.TryOpen(StreamIo.Kind)!, _bytes);
            pair.Run(TimeSpan.FromMilliseconds(1));
        }

        public long Step()
        {
            if (_to.Accepted.Count > 0)
                _received.AddRange(CoreSide.Read(_to.Accepted[0]));
            return _received.Count;
        }

        public void AssertSame() => Assert.True(_bytes.AsSpan().SequenceEqual(_received.ToArray()));
    }
}
