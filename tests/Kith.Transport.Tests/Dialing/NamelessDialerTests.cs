using Kith.Crypto;
using Kith.Transport.Dialing;
using Kith.Transport.Tests.Udp.Sessions;

namespace Kith.Transport.Tests.Dialing;

public sealed class NamelessDialerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task TwoCalls_OverUdp_ComeFromTwoKeysAndNoneIsTheNodes()
    {
        await using var here = await UdpNode.StartAsync();
        await using var there = await UdpNode.StartAsync();
        await using var dialer = new NamelessDialer(here.Carrier, new TransportIdentity(here.Key, null, SystemRandom.Instance), TimeProvider.System);
        var keys = new HashSet<X25519PublicKey> { here.Key.PublicKey };
        for (var call = 0; call < 2; call++)
        {
            await using var session = await dialer.ConnectAsync([NodeAddress.Tcp(there.Endpoint.ToIPEndPoint())], null).WaitAsync(Patience);
            var other = await there.Listener.Sessions.ReadAsync();
            Assert.Equal("udp", session.Carrier);
            Assert.Equal(there.Key.PublicKey, session.RemoteKey);
            Assert.True(keys.Add(other.RemoteKey));
            await EchoAsync(session, other);
        }
    }

    [Fact]
    public async Task ACall_WhereOnlyTcpAnswers_GoesOverTcp()
    {
        await using var here = await UdpNode.StartAsync();
        await using var there = await TestNode.StartAsync();
        await using var dialer = new NamelessDialer(here.Carrier, new TransportIdentity(here.Key, null, SystemRandom.Instance), TimeProvider.System);
        await using var session = await dialer.ConnectAsync([there.Address], null).WaitAsync(Patience);
        Assert.Equal("tcp", session.Carrier);
        await EchoAsync(session, await there.Listener.Sessions.ReadAsync());
    }

    [Fact]
    public async Task ACall_ToOurselves_IsASessionAsAnyOther()
    {
        await using var here = await UdpNode.StartAsync();
        await using var dialer = new NamelessDialer(here.Carrier, new TransportIdentity(here.Key, null, SystemRandom.Instance), TimeProvider.System);
        await using var session = await dialer.ConnectAsync([NodeAddress.Tcp(here.Endpoint.ToIPEndPoint())], null).WaitAsync(Patience);
        await EchoAsync(session, await here.Listener.Sessions.ReadAsync());
    }

    [Fact]
    public async Task ACall_WhereNobodyIs_Fails()
    {
        await using var here = await UdpNode.StartAsync();
        await using var dialer = new NamelessDialer(null, new TransportIdentity(here.Key, null, SystemRandom.Instance), TimeProvider.System);
        await Assert.ThrowsAsync<SessionException>(() => dialer.ConnectAsync([NodeAddress.Tcp(here.Endpoint.ToIPEndPoint())], null).WaitAsync(Patience));
    }

    private static async Task EchoAsync(ISession one, ISession other)
    {
        var stream = await one.OpenStreamAsync(StreamIo.Kind);
        await stream.WriteAsync(new byte[] { 7 });
        Assert.Equal([7], await (await other.AcceptAsync().WaitAsync(Patience)).ReadExactlyAsync(1));
    }
}
