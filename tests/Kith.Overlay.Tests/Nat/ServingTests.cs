using Kith.Crypto;
using Kith.Overlay.Nat;
using Kith.Wire;

namespace Kith.Overlay.Tests.Nat;

/// <summary>What a node does for others that ask about their NAT, and what it refuses.</summary>
public sealed class ServingTests
{
    private static readonly byte[] Nonce = "noncenon"u8.ToArray();
    private static readonly Endpoint Asker = NatGround.At("203.0.113.7:5000");
    private static readonly Endpoint Other = NatGround.At("192.0.2.9:6000");

    private readonly NatGround _ground = new();
    private readonly NatServing _serving;

    public ServingTests() => _serving = new NatServing(_ground, SystemRandom.Instance) { IsInTheOpen = true };

    [Fact]
    public void UnprovenAsker_GetsOneShortAnswerWhateverItAsksFor()
    {
        _ground.Meet(Other);
        var size = Ask(Asker, []);
        var (socket, to, datagram) = Assert.Single(_ground.Sent);
        Assert.Equal((NatSocket.Main, Asker), (socket, to));
        Assert.True(datagram.Length <= 3 * size, $"{datagram.Length} for {size}");
        Assert.True(NatMessage.TryRead(datagram, out var response));
        Assert.Equal(Asker, response.Seen);
        Assert.Equal(0, response.Alternate);
        Assert.Null(response.Third);
        Assert.Equal(_ground.TokenFor(Asker), response.Token.ToArray());
    }

    [Fact]
    public void ProvenAsker_GetsAnAnswerAProbeFromTheOtherPortAndAThirdParty()
    {
        _ground.Meet(Other);
        Ask(Asker, _ground.TokenFor(Asker));
        Assert.Equal(3, _ground.Sent.Count);
        Assert.True(NatMessage.TryRead(_ground.Sent[0].Datagram, out var response));
        Assert.Equal((40_000, (Endpoint?)Other), ((int)response.Alternate, response.Third));
        Assert.True(NatMessage.TryRead(_ground.Sent[1].Datagram, out var order));
        Assert.Equal((NatMessageType.Order, Other, (Endpoint?)Asker), (order.Type, _ground.Sent[1].To, order.To));
        Assert.Equal(_ground.TokenOf(Other).ToArray(), order.Echo.ToArray());
        Assert.Equal((NatSocket.Alternate, Asker), (_ground.Sent[2].Socket, _ground.Sent[2].To));
        Assert.True(NatMessage.TryRead(_ground.Sent[2].Datagram, out var probe));
        Assert.Equal(NatMessageType.Probe, probe.Type);
    }

    [Fact]
    public void TokenOfAnotherAddress_ProvesNothing()
    {
        Ask(Asker, _ground.TokenFor(Other));
        Assert.Single(_ground.Sent);
    }

    [Fact]
    public void NodeBehindANat_DoesNotAnswerFromItsOtherPort()
    {
        _serving.IsInTheOpen = false;
        Ask(Asker, _ground.TokenFor(Asker));
        Assert.True(NatMessage.TryRead(Assert.Single(_ground.Sent).Datagram, out var response));
        Assert.Equal(0, response.Alternate);
    }

    [Fact]
    public void ThirdParty_IsNeverTheAskersOwnAddressNorOneWithoutAToken()
    {
        _ground.Meet(Asker.WithPort(9_000));
        _ground.Neighbours = [.. _ground.Neighbours, Other];
        Ask(Asker, _ground.TokenFor(Asker));
        Assert.Equal(2, _ground.Sent.Count);
    }

    [Fact]
    public void ProbeToAnotherPort_NeedsTheTokenOfThatPort()
    {
        var silent = Asker.WithPort(5_001);
        Ask(Asker, _ground.TokenFor(Asker), port: silent.Port);
        Ask(Asker, _ground.TokenFor(Other), port: silent.Port);
        Assert.Empty(_ground.Sent);
        Ask(Asker, _ground.TokenFor(silent), port: silent.Port);
        Assert.Equal([silent, Asker], _ground.Sent.Select(sent => sent.To));
    }

    [Fact]
    public void FloodOfOnePrefix_IsAnsweredUpToItsLimitAndLeavesOthersTheirs()
    {
        for (var i = 0; i < 1_000; i++)
            Ask(Asker.WithPort((ushort)(2_000 + i)), []);
        Assert.Equal(NatLimits.PrefixBurst, _ground.Sent.Count);
        Ask(Other, []);
        Assert.Equal(NatLimits.PrefixBurst + 1, _ground.Sent.Count);
    }

    [Fact]
    public void OrderOfOneThatWeAsked_IsObeyedWithOneProbe()
    {
        _ground.Trusted.Add(Other);
        Order(Other, Asker, _ground.TokenFor(Other));
        var (socket, to, datagram) = Assert.Single(_ground.Sent);
        Assert.Equal((NatSocket.Main, Asker), (socket, to));
        Assert.True(NatMessage.TryRead(datagram, out var probe));
        Assert.Equal(NatMessageType.Probe, probe.Type);
    }

    [Fact]
    public void OrderOfAStranger_IsRefused()
    {
        Order(Other, Asker, _ground.TokenFor(Other));
        Assert.Empty(_ground.Sent);
        Assert.Equal(1, _serving.Refused);
    }

    [Fact]
    public void OrderWithoutOurToken_IsRefused()
    {
        _ground.Trusted.Add(Other);
        Order(Other, Asker, _ground.TokenFor(Asker));
        Assert.Empty(_ground.Sent);
    }

    [Theory]
    [InlineData("127.0.0.1:5000")]
    [InlineData("10.1.2.3:5000")]
    [InlineData("192.168.0.1:5000")]
    [InlineData("169.254.1.1:5000")]
    [InlineData("100.64.0.1:5000")]
    [InlineData("224.0.0.251:5353")]
    [InlineData("255.255.255.255:5000")]
    [InlineData("203.0.113.7:53")]
    [InlineData("198.51.100.1:5000")]
    [InlineData("192.0.2.9:7000")]
    public void OrderToProbeWhatIsNoStranger_IsRefused(string target)
    {
        _ground.Trusted.Add(Other);
        Order(Other, NatGround.At(target), _ground.TokenFor(Other));
        Assert.Empty(_ground.Sent);
    }

    [Fact]
    public void OneTarget_GetsFewProbesWhoeverOrdersThem()
    {
        for (var i = 0; i < 20; i++)
        {
            var server = NatGround.At($"192.0.2.{i + 10}:6000");
            _ground.Trusted.Add(server);
            Order(server, Asker.WithPort((ushort)(5_000 + i)), _ground.TokenFor(server));
        }

        Assert.Equal(NatLimits.ProbesPerTarget, _ground.Sent.Count);
        _ground.Now += NatLimits.TargetPeriod;
        Order(Other, Asker, _ground.TokenFor(Other));
        Assert.Equal(NatLimits.ProbesPerTarget, _ground.Sent.Count);
    }

    [Fact]
    public void OneServer_OrdersFewProbes()
    {
        _ground.Trusted.Add(Other);
        for (var i = 0; i < 100; i++)
            Order(Other, NatGround.At($"203.0.113.{i + 1}:5000"), _ground.TokenFor(Other));
        Assert.Equal(NatLimits.OrderBurst, _ground.Sent.Count);
    }

    private int Ask(Endpoint from, byte[] echo, ushort port = 0)
    {
        Span<byte> buffer = stackalloc byte[NatLimits.MaxDatagram];
        var datagram = new NatMessage { Type = NatMessageType.Request, Nonce = Nonce, Echo = echo, Port = port, Ask = port == 0 && echo.Length > 0 ? NatAsk.Alternate | NatAsk.Third : NatAsk.None }.Write(buffer);
        Assert.True(NatMessage.TryRead(datagram, out var request));
        _serving.OnRequest(_ground.Now, NatSocket.Main, from, datagram.Length, in request);
        return datagram.Length;
    }

    private void Order(Endpoint from, Endpoint to, byte[] echo)
    {
        var order = new NatMessage { Type = NatMessageType.Order, Nonce = Nonce, To = to, Echo = echo };
        _serving.OnOrder(_ground.Now, NatSocket.Main, from, in order);
    }
}
