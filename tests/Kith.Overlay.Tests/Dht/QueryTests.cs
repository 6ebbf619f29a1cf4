using Kith.Overlay.Dht;
using Kith.Overlay.Dht.Krpc;
using Kith.Wire;

namespace Kith.Overlay.Tests.Dht;

/// <summary>Which answers a node takes for its own queries.</summary>
public sealed class QueryTests
{
    private static readonly Endpoint Asked = KrpcPeer.Stranger;

    private readonly KrpcPeer _peer = new(networks: OwnNetworks.Loopback);
    private readonly List<PingResult> _results = [];

    private static Endpoint Near => Endpoint.FromIPv4(0x7F00_0001, 4000);

    [Fact]
    public void Answer_IsTakenFromWhomWasAskedAndOnce()
    {
        var query = Ping();
        _peer.Reply(Near, query, KrpcPeer.StrangerId);
        Assert.NotNull(Assert.Single(_results).Id);
        Assert.Equal(1, _peer.Core.Table.Count);
        _peer.Reply(Near, query, KrpcPeer.StrangerId);
        Assert.Single(_results);
    }

    [Fact]
    public void AnswerFromElsewhere_OrWithAnotherTransaction_IsIgnored()
    {
        var query = Ping();
        _peer.Reply(Near.WithPort(4001), query, KrpcPeer.StrangerId);
        _peer.Reply(Endpoint.FromIPv4(0x7F00_0002, 4000), query, KrpcPeer.StrangerId);
        for (var i = 0; i < 6; i++)
        {
            Assert.True(KrpcMessage.TryRead(query, out var message));
            var other = (byte[])query.Clone();
            other[query.AsSpan().IndexOf(message.Transaction) + i] ^= 1;
            _peer.Reply(Near, other, KrpcPeer.StrangerId);
        }

        Assert.Empty(_results);
        Assert.Equal(0, _peer.Core.Table.Count);
        _peer.Reply(Near, query, KrpcPeer.StrangerId);
        Assert.NotNull(Assert.Single(_results).Id);
    }

    [Theory]
    [InlineData("d1:rd2:id19:0123456789012345678e1:t6:TTTTTT1:y1:re")]
    [InlineData("d1:rd2:id20:012345678901234567895:nodes3:abce1:t6:TTTTTT1:y1:re")]
    [InlineData("d1:rd2:id20:012345678901234567895:nodesi3ee1:t6:TTTTTT1:y1:re")]
    [InlineData("d1:eli201e4:oopse1:t6:TTTTTT1:y1:ee")]
    [InlineData("d1:ele1:t6:TTTTTT1:y1:ee")]
    public void AnswerThatIsNone_EndsTheQuery(string answer)
    {
        var query = Ping();
        Assert.True(KrpcMessage.TryRead(query, out var message));
        var datagram = KrpcPeer.Text(answer);
        message.Transaction.CopyTo(datagram.AsSpan(answer.IndexOf("TTTTTT", StringComparison.Ordinal)));
        _peer.Receive(Near, datagram);
        Assert.Null(Assert.Single(_results).Id);
        Assert.Equal(0, _peer.Core.Table.Count);
    }

    [Fact]
    public void Silence_EndsTheQuery()
    {
        _ = Ping();
        _peer.Pass(RoundTrips.MostTimeout);
        Assert.Null(Assert.Single(_results).Id);
        Assert.Equal(0, _peer.Core.Pending);
    }

    [Fact]
    public void AddressThatMayNotBeSentTo_IsNeverAsked()
    {
        _peer.Core.Ping(_peer.Now, Asked, _results.Add);
        _peer.Core.Ping(_peer.Now, Near.WithPort(0), _results.Add);
        Assert.Empty(_peer.TakeSent());
        Assert.Empty(_results);
        _peer.Pass(1);
        Assert.Equal(2, _results.Count);
    }

    [Fact]
    public void TooManyQueries_AreNotSent()
    {
        for (var i = 0; i < TransactionTable.MaxTransactions + 10; i++)
            _peer.Core.Ping(_peer.Now, Near.WithPort((ushort)(5000 + i)), _results.Add);
        Assert.Equal(TransactionTable.MaxTransactions, _peer.TakeSent().Count);
        Assert.Equal(TransactionTable.MaxTransactions, _peer.Core.Pending);
        _peer.Pass(RoundTrips.MostTimeout);
        Assert.Equal(TransactionTable.MaxTransactions + 10, _results.Count);
        Assert.Equal(0, _peer.Core.Pending);
    }

    [Fact]
    public void PrivateAddressNamedFromTheInternet_IsNeverAsked()
    {
        var peer = new KrpcPeer(networks: new OwnNetworks([Endpoint.FromIPv4(0xC0A8_0002, 0)]));
        peer.Core.Ping(peer.Now, Asked);
        var nodes = new List<byte>();
        foreach (var address in new uint[] { 0xC0A8_0001, 0x7F00_0001, 0xE000_0001, 0x0A00_0001, 0, uint.MaxValue })
            nodes.AddRange([.. new byte[19], (byte)address, (byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address, 26, 225]);
        var id = new byte[20];
        SecureNodeId.Draw(Asked, new Kith.Simulation.Network.SimulatedRandom(4)).CopyTo(id);
        peer.Reply(Asked, Assert.Single(peer.TakeSent()).Datagram, id);
        foreach (var (_, query) in peer.TakeSent())
            peer.Reply(Asked, query, id, KrpcPeer.Entry("nodes", [.. nodes]));
        peer.Pass(60_000);
        Assert.All(peer.TakeSent(), sent => Assert.Equal(Asked, sent.To));
    }

    [Fact]
    public void AddressInAnAnswer_IsReportedOnlyWhenAsked()
    {
        List<(Endpoint By, Endpoint Seen)> reports = [];
        _peer.Core.AddressReported = (by, seen) => reports.Add((by, seen));
        _peer.Ask(Near, "ping", []);
        Assert.Empty(reports);
        _ = _peer.TakeSent();
        var query = Ping();
        Assert.True(KrpcMessage.TryRead(query, out var message));
        _peer.Receive(Near, [.. KrpcPeer.Text("d2:ip6:"), 8, 8, 8, 8, 0, 80, .. KrpcPeer.Text("1:rd2:id20:"), .. KrpcPeer.StrangerId, .. KrpcPeer.Text("e1:t6:"), .. message.Transaction.ToArray(), .. KrpcPeer.Text("1:y1:re")]);
        Assert.Equal((Near, Endpoint.FromIPv4(0x0808_0808, 80)), Assert.Single(reports));
    }

    private byte[] Ping()
    {
        _peer.Core.Ping(_peer.Now, Near, _results.Add);
        return Assert.Single(_peer.TakeSent()).Datagram;
    }
}
