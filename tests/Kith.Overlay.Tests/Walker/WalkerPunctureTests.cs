using System.Text;
using Kith.Overlay.Walker;
using Xunit;

namespace Kith.Overlay.Tests.Walker;

public class WalkerPunctureTests
{
    private const string Introducer = "198.18.1.1:1873";
    private const string Target = "198.19.77.1:40000";
    private readonly Scene _scene = new("203.0.113.5:4000", "192.168.0.2:4000", "127.0.0.1:4000");

    [Fact]
    public void RequestOfAPeerThatAnsweredUs_IsObeyedWithNoMoreBytes()
    {
        _scene.Befriend(Introducer);
        var request = _scene.PunctureRequest(Target);
        _scene.Receive(Introducer, request);
        var (to, datagram) = Assert.Single(_scene.Take());
        Assert.Equal(Scene.At(Target), to);
        Assert.InRange(datagram.Length, 1, request.Length);
        Assert.Contains("4:typei4e", Encoding.Latin1.GetString(datagram), StringComparison.Ordinal);
    }

    [Fact]
    public void RequestOfAStranger_IsRefused()
    {
        _scene.Receive(Introducer, _scene.PunctureRequest(Target));
        Assert.Empty(_scene.Sent);
    }

    [Fact]
    public void RequestOfAPeerThatOnlyCameToUs_IsRefused()
    {
        _scene.Receive(Introducer, _scene.Request());
        _scene.Take();
        _scene.Receive(Introducer, _scene.PunctureRequest(Target));
        Assert.Empty(_scene.Sent);
    }

    [Fact]
    public void RequestWithAProvenNodesAddressButNotItsToken_IsRefused()
    {
        var token = _scene.BefriendKith(Introducer);
        _scene.Receive(Introducer, _scene.PunctureRequest(Target));
        _scene.Receive(Introducer, Scene.Kith(_scene.PunctureRequest(Target), "wrongone"u8.ToArray()));
        Assert.Empty(_scene.Sent);
        _scene.Receive(Introducer, Scene.Kith(_scene.PunctureRequest(Target), token));
        Assert.Single(_scene.Sent);
    }

    [Theory]
    [InlineData("224.0.0.251:5353")]
    [InlineData("239.255.255.250:1900")]
    [InlineData("255.255.255.255:9999")]
    [InlineData("0.0.0.0:9999")]
    [InlineData("127.0.0.1:9999")]
    [InlineData("192.168.0.1:9999")]
    [InlineData("10.0.0.1:9999")]
    [InlineData("169.254.169.254:8080")]
    [InlineData("100.64.0.1:9999")]
    [InlineData("[ff02::1]:9999")]
    [InlineData("[::1]:9999")]
    [InlineData("[fe80::1]:9999")]
    [InlineData("[2002:7f00:1::]:9999")]
    [InlineData("[64:ff9b::7f00:1]:9999")]
    [InlineData("198.19.77.1:53")]
    [InlineData("198.19.77.1:1023")]
    [InlineData("198.18.1.1:1873")]
    [InlineData("203.0.113.5:4000")]
    [InlineData("203.0.113.5:5000")]
    public void TargetThatNobodyMayBeAimedAt_IsRefused(string target)
    {
        _scene.Befriend(Introducer);
        _scene.Receive(Introducer, _scene.PunctureRequest(target));
        Assert.Empty(_scene.Sent);
    }

    [Fact]
    public void TargetWithoutALiteralAddress_IsRefused()
    {
        _scene.Befriend(Introducer);
        _scene.Receive(Introducer, _scene.PunctureRequest("localhost:9999"));
        Assert.Empty(_scene.Sent);
    }

    [Fact]
    public void NeighbourOnOurNetwork_MayNameANeighbour()
    {
        _scene.Befriend("192.168.0.9:1873");
        _scene.Receive("192.168.0.9:1873", _scene.PunctureRequest("192.168.0.77:4000"));
        _scene.Receive("192.168.0.9:1873", _scene.PunctureRequest("127.0.0.1:4001"));
        Assert.Equal([Scene.At("192.168.0.77:4000")], _scene.Take().Select(sent => sent.To));
    }

    [Fact]
    public void SameTarget_IsPuncturedOnceWhateverItsPortAndAgainLongAfter()
    {
        _scene.Befriend(Introducer);
        _scene.Befriend("198.18.2.1:1873", "aaaa0002");
        _scene.Receive(Introducer, _scene.PunctureRequest(Target));
        _scene.Receive(Introducer, _scene.PunctureRequest("198.19.77.1:40001"));
        _scene.Receive("198.18.2.1:1873", _scene.PunctureRequest(Target, "aaaa0002"));
        Assert.Single(_scene.Take());
        _scene.RunAnswering(PunctureGuard.TargetInterval, (Introducer, "aaaa1111"));
        _scene.Receive(Introducer, _scene.PunctureRequest(Target));
        Assert.Empty(_scene.Take(Target, 4));
        _scene.RunAnswering(PunctureGuard.SilentTargetInterval, (Introducer, "aaaa1111"));
        _scene.Receive(Introducer, _scene.PunctureRequest(Target));
        Assert.Single(_scene.Take(Target, 4));
    }

    [Fact]
    public void TargetThatSpoke_IsPuncturedAgainAfterAMinute()
    {
        _scene.Befriend(Introducer);
        _scene.Receive(Introducer, _scene.PunctureRequest(Target));
        _scene.Receive(Target, _scene.Request("ffff7777"));
        _scene.RunAnswering(PunctureGuard.TargetInterval, (Introducer, "aaaa1111"));
        _scene.Receive(Introducer, _scene.PunctureRequest(Target));
        Assert.Single(_scene.Take(Target, 4));
    }

    [Fact]
    public void OnePrefix_GetsFewPuncturesWhoeverAsks()
    {
        var punctures = 0;
        for (var i = 1; i <= 10; i++)
        {
            _scene.Befriend($"198.18.{i}.1:1873", $"aaaa{i:0000}");
            _scene.Receive($"198.18.{i}.1:1873", _scene.PunctureRequest($"198.19.77.{i}:40000", $"aaaa{i:0000}"));
            punctures += Punctures();
        }

        Assert.Equal(PunctureGuard.MaxPerPrefix, punctures);
    }

    [Fact]
    public void IntroducerWhoseTargetsStaySilent_LosesItsCredit()
    {
        _scene.Befriend(Introducer);
        for (var i = 1; i <= 20; i++)
            _scene.Receive(Introducer, _scene.PunctureRequest($"198.19.{i}.1:40000"));
        Assert.Equal((int)PunctureGuard.CreditBurst, _scene.Take().Count);
    }

    [Fact]
    public void IntroducerWhoseTargetsSpeak_KeepsItsCredit()
    {
        _scene.Befriend(Introducer);
        for (var i = 1; i <= 20; i++)
        {
            _scene.Receive(Introducer, _scene.PunctureRequest($"198.19.{i}.1:40000"));
            Assert.Contains(_scene.Take(), sent => sent.To == Scene.At($"198.19.{i}.1:40000"));
            _scene.Receive($"198.19.{i}.1:40000", _scene.Request("ffff7777"));
            _scene.Run(1_000);
            if (_scene.Take(Introducer, 1).Count > 0)
                _scene.Receive(Introducer, _scene.Response());
        }
    }

    [Fact]
    public void AllIntroducersTogether_AreBounded()
    {
        var punctures = 0;
        for (var i = 1; i <= 40; i++)
        {
            _scene.Befriend($"198.18.{i}.1:1873", $"aaaa{i:0000}");
            for (var j = 1; j <= 4; j++)
                _scene.Receive($"198.18.{i}.1:1873", _scene.PunctureRequest($"{20 + i}.{j}.1.1:40000", $"aaaa{i:0000}"));
            punctures += Punctures();
        }

        Assert.InRange(punctures, 16, 17);
    }

    [Fact]
    public void ActivePeer_NeedsNoPuncture()
    {
        _scene.Befriend(Introducer);
        _scene.Befriend(Target, "aaaa0002");
        _scene.Receive(Introducer, _scene.PunctureRequest(Target));
        Assert.Empty(_scene.Take(Target, 4));
    }

    private int Punctures() => _scene.Take().Count(sent => Encoding.Latin1.GetString(sent.Datagram).Contains("4:typei4e", StringComparison.Ordinal));
}
