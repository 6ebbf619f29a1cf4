using System.Diagnostics;
using System.Net.Sockets;
using Kith.Lab.Tests.Networks;
using Kith.Lab.Tests.People;

namespace Kith.Lab.Tests.Capture;

/// <summary>
/// People under <c>veiled</c> talk with each other and with somebody open, and the packets of every node tell nothing of it. What remains: nodes meet in the overlay as strangers (walker.md), whosever they are, and name each
/// other to others there; those datagrams are told apart, and of them it is seen that a veiled person's node asks for no record.
/// </summary>
[Collection(Towns.OneAtATime)]
public sealed class VeiledCaptureTests(ITestOutputHelper output)
{
    private const int Forwarders = 8;
    private static readonly int Messages = KithProgram.Full ? 40 : 4;

    [Fact]
    public async Task VeiledTalksWithVeiledAndOpen_NoPacketTellsWho()
    {
        Assert.SkipWhen(NetworkNamespace.Impossible is not null, NetworkNamespace.Impossible ?? "");
        await using var network = await VeiledNetwork.CreateAsync(Forwarders, ("Vera", "veiled"), ("Victor", "veiled"), ("Olga", "open"), ("Oscar", "open"));
        Tell("all are up");
        var (vera, victor, olga, oscar) = (network.People[0], network.People[1], network.People[2], network.People[3]);
        await Task.WhenAll(VeiledNetwork.MeetAsync(vera, victor), VeiledNetwork.MeetAsync(vera, olga), VeiledNetwork.MeetAsync(olga, oscar));
        Tell("they have met");
        (LabPerson One, LabPerson Other)[] veiled = [(vera, victor), (vera, olga)];
        foreach (var (one, other) in veiled)
            await VeiledTalk.RunAsync(one, other, Messages);
        Assert.Equal("direct", (await olga.Api.SayAsync(oscar.Account, "we two need not hide", TimeSpan.FromSeconds(45))).Route);
        Tell("they have talked");

        network.AssertNothingMissed();
        foreach (var (one, other) in veiled)
            AssertApart(network, one, other);
        // And it would have been seen.
        Assert.Contains(network.All, packet => packet.IsCallByKey && packet.IsBetween(network.Outside[olga], network.Outside[oscar]));
        AssertAsksForNoRecord(network, vera, victor, olga);
        await AssertOneSizeAsync(network);
    }

    // Nobody calls the other as one whom they know, by UDP or TCP; and nothing but the overlay's own, which all nodes exchange with all, names an address of either.
    private void AssertApart(VeiledNetwork network, LabPerson one, LabPerson other)
    {
        var between = network.All.Where(packet => packet.IsBetween(network.Outside[one], network.Outside[other])).ToList();
        Tell($"{one.Name} and {other.Name}: between their nodes {between.Count(static packet => packet.IsOverlay)} datagrams of the overlay, {between.Count(static packet => !packet.IsOverlay)} others with {between.Where(static packet => !packet.IsOverlay).Sum(static packet => packet.Payload.Length)} bytes");
        Assert.DoesNotContain(between, static packet => packet.IsCallByKey || packet.Protocol != ProtocolType.Udp);
        AddressTraces[] traces = [network.TracesOf(one), network.TracesOf(other)];
        Assert.DoesNotContain(network.All, packet => !packet.IsOfOverlay && traces.Any(trace => trace.IsIn(packet.Content)));
    }

    private void AssertAsksForNoRecord(VeiledNetwork network, LabPerson vera, LabPerson victor, LabPerson olga)
    {
        var common = DhtQueries.Common(DateTimeOffset.UtcNow);
        foreach (var person in (LabPerson[])[vera, victor])
        {
            var asked = DhtQueries.Of(network.All, network.Outside[person]).Distinct().ToList();
            Tell($"{person.Name} asks the DHT for {asked.Count} keys: {string.Join(", ", asked.GroupBy(one => one.Method).Select(one => $"{one.Key} {one.Count()}"))}");
            Assert.NotEmpty(asked);
            Assert.All(asked, one => Assert.True(one.Method == "get_peers" && common.Contains(one.Key), $"{person.Name} says {one}"));
        }

        // Whoever is open publishes where they are, and looks for contacts.
        var open = DhtQueries.Of(network.All, network.Outside[olga]).Select(static one => one.Method).ToHashSet();
        Assert.Contains("get", open);
        Assert.Contains("put", open);
    }

    // Each forwarded packet is a datagram of 1,200 bytes, or went by TCP, where there are no datagrams to see.
    private async Task AssertOneSizeAsync(VeiledNetwork network)
    {
        foreach (var node in network.Forwarders.Concat(network.People))
        {
            // Asked first: what is sent from now on makes the packets more.
            var status = await VeiledNetwork.ForwardingAsync(node);
            var sent = status.GetProperty("forwarded").GetInt64() + status.GetProperty("sent").GetInt64();
            var packets = network.Of(node);
            var directions = PacketSizes.DirectionsOf(packets, network.Outside[node]).ToList();
            long uniform = directions.Sum(PacketSizes.UniformFrom);
            var others = directions.SelectMany(static direction => direction).Where(static size => size != PacketSizes.Uniform).ToList();
            var byTcp = packets.Where(packet => packet.Protocol == ProtocolType.Tcp && packet.From.Address.Equals(network.Outside[node])).Sum(static packet => (long)packet.Payload.Length) / PacketSizes.LeastWithPacket;
            Tell($"{node.Name} sent {sent} packets between forwarders; {uniform} datagrams of 1,200 bytes, room for {byTcp} in TCP; {others.Count} of other sizes: {string.Join(' ', others.Distinct().Order())}");
            Assert.True(uniform + byTcp >= sent, $"{node.Name} sent {sent}, and {uniform} were of the one size");
        }
    }

    private void Tell(string what) => output.WriteLine($"{DateTime.Now:HH:mm:ss.f} {what}");
}
