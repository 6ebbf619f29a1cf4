using System.Text;
using Kith.Overlay.Dht;
using Kith.Overlay.Host;
using Kith.Overlay.Tests.Walker;
using Kith.Simulation.Network;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Tests.Relay;

/// <summary>What comes by a tunnel is answered, and its made-up endpoint stays here (docs/protocol/tunnel.md, "The node that is called").</summary>
public sealed class TunnelledPeerTests
{
    private const string Tunnel = "[100::5]:1";

    [Fact]
    public void MadeUpEndpoints_MayBeAnsweredAndNeverFollowed()
    {
        var own = new OwnNetworks([Scene.At("203.0.113.5:4000")]);
        var tunnel = Scene.At(Tunnel);
        Assert.True(UdpPort.IsVirtual(tunnel));
        Assert.True(own.MayAnswer(tunnel));
        Assert.False(own.MayContact(tunnel));
        Assert.False(own.MayFollow(Scene.At("198.51.100.1:4000"), tunnel));
        Assert.False(own.MayFollow(tunnel, tunnel));
        Assert.True(own.MayFollow(tunnel, Scene.At("198.51.100.1:4000")));
    }

    [Fact]
    public void WalkersRequestByATunnel_IsAnsweredWithPeersOfEitherFamily()
    {
        var scene = new Scene();
        Know(scene, "198.51.100.7:1873", "bbbb2222");
        scene.Sent.Clear();
        scene.Receive(Tunnel, scene.Request());
        var answer = Encoding.Latin1.GetString(Assert.Single(scene.Sent, sent => sent.To == Scene.At(Tunnel) && Text(sent).Contains("4:typei2e", StringComparison.Ordinal)).Datagram);
        Assert.Contains("198.51.100.7", answer, StringComparison.Ordinal);
        // Nobody is asked to puncture what nobody can reach.
        Assert.DoesNotContain(scene.Sent, sent => Text(sent).Contains("4:typei3e", StringComparison.Ordinal));
    }

    [Fact]
    public void TunnelledPeer_IsNotNamedToOthersNorInvited()
    {
        var scene = new Scene();
        Know(scene, Tunnel, "bbbb2222");
        foreach (var asker in new[] { "198.51.100.7:1873", "[2a00:1::1]:1873", "[100::6]:1" })
            scene.Receive(asker, scene.Request("cccc3333"));
        Assert.DoesNotContain(scene.Sent, sent => Text(sent).Contains("bbbb2222", StringComparison.Ordinal));
        Assert.DoesNotContain(scene.Sent, sent => sent.To == Scene.At(Tunnel) && Text(sent).Contains("4:typei3e", StringComparison.Ordinal));
    }

    [Fact]
    public void MadeUpAddressThatANodeSeesUsAt_IsNoVote()
    {
        var scene = new Scene();
        var six = Scene.At("[2a00:1::1]:1873");
        Assert.True(scene.Core.Introduce(scene.Now, six));
        scene.Receive("[2a00:1::1]:1873", scene.Response("bbbb2222", destination: Tunnel));
        Assert.Null(scene.Core.Wan);
        Assert.Empty(scene.Core.Wan6.Reports);
    }

    private static void Know(Scene scene, string address, string id)
    {
        scene.Receive(address, scene.Request(id));
        scene.Receive(address, scene.Response(id));
        Assert.Contains(scene.Core.Peers(), peer => peer.Id == id);
    }

    private static string Text((Endpoint To, byte[] Datagram) sent) => Encoding.Latin1.GetString(sent.Datagram);
}
