using System.Net;
using Kith.Crypto;
using Kith.Node.Network;
using Kith.Transport;
using Kith.Transport.Udp;

namespace Kith.Node.Tests.Network;

/// <summary>Sessions before the overlay runs.</summary>
public sealed class NodeCarrierTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NobodyAtTheAddress_ThereIsAnIntroducer_TheOverlayIsWaitedFor(bool isIntroduced)
    {
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        await using var port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        await using var udp = new UdpCarrier(port, new TransportIdentity(key, null, SystemRandom.Instance), TimeProvider.System);
        port.Start();
        var gone = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        await gone.DisposeAsync();
        var carrier = new NodeCarrier(udp, TimeProvider.System);
        carrier.GiveUp();
        List<NodeAddress> addresses = [NodeAddress.Udp(gone.LocalEndPoints[0])];
        if (isIntroduced && NodeAddress.TryParse("via/127.0.0.1:9/AAAAAAAAAAAAAAAAAAAAAA", out var via))
            addresses.Add(via!);
        var error = await Assert.ThrowsAsync<SessionException>(() => carrier.ConnectAsync(addresses, key.PublicKey, TestContext.Current.CancellationToken));
        Assert.Equal(SessionErrorCode.Unreachable, error.Code);
        Assert.Equal(isIntroduced, error.Message.Contains("introduce", StringComparison.Ordinal));
    }
}
