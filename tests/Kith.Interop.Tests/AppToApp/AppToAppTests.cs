using Kith.LocalSwarm;

namespace Kith.Interop.AppToApp;

/// <summary>Nodes of Kith, each with its UDP port on loopback, among peers that speak only the seed's four messages.</summary>
public sealed class AppToAppTests
{
    private const int Response = 2;
    private const int PunctureRequest = 3;
    private const int Puncture = 4;
    private const double Often = 0.2;
    private const double AsTheApp = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task Peer_IsAnsweredAndLearnsItsAddress()
    {
        await using var node = LocalNode.Start(null);
        await using var peer = await AppToAppPeer.StartAsync("5eed0001", node.Endpoint.ToString(), AsTheApp);
        var answer = await peer.ReceivedAsync(Response, node.Endpoint.ToString());
        Assert.Equal(["connection_type", "destination", "internal_source", "network_operator", "peer_id", "pex", "type"], answer["keys"]!.AsArray().Select(key => (string)key!));
        await peer.UntilAsync(happened => (string?)happened["event"] == "wan" && (string?)happened["address"] == peer.Address);
        await node.UntilAsync(view => view.Active == 1).WaitAsync(Patience);
        var seen = Assert.Single(node.Overlay.View.Peers);
        Assert.Equal(("5eed0001", peer.Address, true, "app-to-app"), (seen.Id, seen.Address.ToString(), seen.Incoming, seen.Speaks));
        AssertAlive(peer);
    }

    [Fact]
    public async Task PeerAsEntryPoint_IntroducesNodesToEachOther()
    {
        await using var peer = await AppToAppPeer.StartAsync("5eed0001", null, AsTheApp);
        var at = Kith.Wire.Endpoint.TryParse(peer.Address, out var parsed) ? parsed : default;
        await using var one = LocalNode.Start(at);
        await one.UntilAsync(view => view.Active == 1 && view.Wan == one.Endpoint).WaitAsync(Patience);
        await using var other = LocalNode.Start(at);
        await other.UntilAsync(view => view.Peers.Any(seen => seen.Address == one.Endpoint && seen.Speaks == "kith")).WaitAsync(Patience);
        await one.UntilAsync(view => view.Peers.Any(seen => seen.Address == other.Endpoint && seen.Speaks == "kith")).WaitAsync(Patience);
        await other.UntilAsync(view => view.Wan == other.Endpoint).WaitAsync(Patience);
        AssertAlive(peer);
    }

    [Fact]
    public async Task TwoPeers_FindEachOtherThroughANode()
    {
        await using var node = LocalNode.Start(null);
        await using var one = await AppToAppPeer.StartAsync("5eed0001", node.Endpoint.ToString(), Often);
        await one.ReceivedAsync(Response, node.Endpoint.ToString());
        await one.UntilAsync(happened => (string?)happened["event"] == "sent" && (int)happened["type"]! == Response);
        await using var other = await AppToAppPeer.StartAsync("5eed0002", node.Endpoint.ToString(), AsTheApp);

        // Named in a list, invited, and asked to puncture, all for the first request.
        await other.ReceivedAsync(Response, node.Endpoint.ToString(), happened => happened["pex"]!.AsArray().Any(named => (string?)named == one.Address));
        await other.ReceivedAsync(Response, node.Endpoint.ToString(), happened => (string?)happened["invitee"] == one.Address);
        await one.ReceivedAsync(PunctureRequest, node.Endpoint.ToString(), happened => (string?)happened["puncture"] == other.Address);
        await one.ReceivedAsync(Response, other.Address);
        await other.ReceivedAsync(Response, one.Address);
        await node.UntilAsync(view => view.Active == 2).WaitAsync(Patience);
        AssertAlive(one);
        AssertAlive(other);
    }

    [Fact]
    public async Task Node_PuncturesWhomAPeerIntroduces()
    {
        await using var peer = await AppToAppPeer.StartAsync("5eed0001", null, AsTheApp);
        await using var node = LocalNode.Start(Kith.Wire.Endpoint.TryParse(peer.Address, out var at) ? at : default);
        await node.UntilAsync(view => view.Active == 1).WaitAsync(Patience);
        await using var other = await AppToAppPeer.StartAsync("5eed0002", peer.Address, AsTheApp);
        await other.ReceivedAsync(Response, peer.Address, happened => (string?)happened["invitee"] == node.Endpoint.ToString());
        await other.ReceivedAsync(Puncture, node.Endpoint.ToString());
        AssertAlive(peer);
        AssertAlive(other);
    }

    [Fact]
    public async Task Peer_PuncturesWhomANodeIntroduces()
    {
        await using var node = LocalNode.Start(null);
        await using var peer = await AppToAppPeer.StartAsync("5eed0001", node.Endpoint.ToString(), AsTheApp);
        // It has answered the node, so it may be invited.
        await peer.UntilAsync(happened => (string?)happened["event"] == "sent" && (int)happened["type"]! == Response);
        await using var other = LocalNode.Start(node.Endpoint);
        await peer.ReceivedAsync(PunctureRequest, node.Endpoint.ToString(), happened => (string?)happened["puncture"] == other.Endpoint.ToString());
        await peer.UntilAsync(happened => (string?)happened["event"] == "sent" && (int)happened["type"]! == Puncture && (string?)happened["to"] == other.Endpoint.ToString());
        await other.UntilAsync(view => view.Peers.Any(seen => seen.Id == "5eed0001")).WaitAsync(Patience);
        AssertAlive(peer);
    }

    private static void AssertAlive(AppToAppPeer peer) => Assert.DoesNotContain(peer.Events, happened => (string?)happened["event"] == "died");
}
