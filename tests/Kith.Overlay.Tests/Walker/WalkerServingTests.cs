using System.Text;
using Kith.Overlay.Walker;
using Xunit;

namespace Kith.Overlay.Tests.Walker;

public class WalkerServingTests
{
    private const string Stranger = "198.18.9.9:1873";
    private readonly Scene _scene = new();

    [Fact]
    public void Stranger_IsAnsweredWithAtMostThreeTimesItsBytesAndNobodyPuncturesIt()
    {
        for (var i = 1; i <= 20; i++)
            _scene.BefriendKith($"198.18.{i}.1:1873", $"bbbb{i:0000}");
        var request = _scene.Request();
        _scene.Receive(Stranger, request);
        _scene.Run(PeerTable.Timeout - 1);
        // All that it brings about, our own question to it included.
        var sent = _scene.Take().Where(one => one.To == Scene.At(Stranger)).Select(one => Encoding.Latin1.GetString(one.Datagram)).ToList();
        Assert.InRange(sent.Sum(one => one.Length), request.Length, WalkerCore.MaxAmplification * request.Length);
        Assert.Single(sent, one => one.Contains("4:typei1e", StringComparison.Ordinal));
        var text = Assert.Single(sent, one => one.Contains("4:typei2e", StringComparison.Ordinal));
        Assert.DoesNotContain("7:invitee", text, StringComparison.Ordinal);
        Assert.Contains($"11:destination{Scene.Entry(Stranger)}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("2:kt8:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void StrangerThatAnswersUs_IsServedInFullFromThenOn()
    {
        for (var i = 1; i <= 20; i++)
            _scene.BefriendKith($"198.18.{i}.1:1873", $"bbbb{i:0000}");
        _scene.Receive(Stranger, _scene.Request());
        _scene.Receive(Stranger, _scene.Response());
        _scene.Take();
        _scene.Receive(Stranger, _scene.Request());
        var answer = Assert.Single(_scene.Take(Stranger, 2));
        Assert.InRange(answer.Length, 1, WalkerCore.MaxAmplification * _scene.Request().Length);
        Assert.Contains("7:invitee", answer, StringComparison.Ordinal);
        Assert.Contains("3:pexld7:address", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void SeedStranger_IsIntroducedAsSoonAsItHasAnsweredUs()
    {
        _scene.Befriend("198.18.1.1:1873", "aaaa0001");
        _scene.Receive(Stranger, _scene.Request());
        Assert.DoesNotContain(_scene.Take(), one => one.To != Scene.At(Stranger));

        _scene.Run(50);
        _scene.Receive(Stranger, _scene.Response());
        var sent = _scene.Take();
        Assert.Equal([Scene.At("198.18.1.1:1873"), Scene.At(Stranger)], sent.Select(one => one.To));
        Assert.Contains($"13:puncture_peer{Scene.Entry(Stranger, "aaaa1111").Replace("4:porti1873e7:peer_id8:aaaa1111", "7:peer_id8:aaaa11114:porti1873e", StringComparison.Ordinal)}", Encoding.Latin1.GetString(sent[0].Datagram), StringComparison.Ordinal);
        Assert.Contains("7:invitee", Encoding.Latin1.GetString(sent[1].Datagram), StringComparison.Ordinal);

        // Once for a request.
        _scene.Receive(Stranger, _scene.Response());
        Assert.Empty(_scene.Take());
    }

    [Fact]
    public void SeedStranger_ThatAnswersLate_IsIntroducedOnlyWhenItAsksAgain()
    {
        _scene.Befriend("198.18.1.1:1873", "aaaa0001");
        _scene.Receive(Stranger, _scene.Request());
        _scene.Run(WalkerCore.WalkInterval);
        _scene.Take();
        _scene.Receive(Stranger, _scene.Response());
        Assert.Empty(_scene.Take());
    }

    [Fact]
    public void FloodWithOneFalseAddress_SendsThereNoMoreThanThreeTimesItsBytes()
    {
        for (var i = 1; i <= 20; i++)
            _scene.BefriendKith($"198.18.{i}.1:1873", $"bbbb{i:0000}");
        var spent = 0;
        for (var i = 0; i < 200; i++)
        {
            var message = (i % 3) switch { 0 => _scene.Request(), 1 => _scene.Puncture(), _ => Scene.Kith(_scene.Request(), null, 8) };
            spent += message.Length;
            _scene.Receive(Stranger, message);
            _scene.Run(500);
            Assert.InRange(_scene.Sent.Where(one => one.To == Scene.At(Stranger)).Sum(one => one.Datagram.Length), 0, WalkerCore.MaxAmplification * spent);
        }
    }

    [Fact]
    public void StrangerOfKith_IsGivenATokenAndServedInFullOnceItEchoesIt()
    {
        for (var i = 1; i <= 20; i++)
            _scene.BefriendKith($"198.18.{i}.1:1873", $"bbbb{i:0000}");
        var request = Scene.Kith(_scene.Request(), null, wanted: 8);
        _scene.Receive(Stranger, request);
        var answer = Encoding.Latin1.GetString(Assert.Single(_scene.Take()).Datagram);
        Assert.InRange(answer.Length, 1, WalkerCore.MaxAmplification * request.Length);
        Assert.Contains("2:ke8:THEIRTOK", answer, StringComparison.Ordinal);

        _scene.Receive(Stranger, Scene.Kith(_scene.Request(), Scene.TokenIn(answer), wanted: 8));
        var sent = _scene.Take();
        var full = Encoding.Latin1.GetString(sent.Single(one => one.To == Scene.At(Stranger)).Datagram);
        Assert.Contains("7:invitee", full, StringComparison.Ordinal);
        Assert.Equal(9, full.Split("7:address").Length - 1 - 2);
        Assert.InRange(full.Length, 1, WalkerWriter.MaxDatagram);
        var request3 = sent.Single(one => one.To != Scene.At(Stranger));
        Assert.Contains("13:puncture_peerd7:address10:198.18.9.97:peer_id8:aaaa11114:port", Encoding.Latin1.GetString(request3.Datagram), StringComparison.Ordinal);
        Assert.True(_scene.Core.Peers().Single(peer => peer.Address == Scene.At(Stranger)) is { Incoming: true, Connectable: null, Speaks: "kith" });
    }

    [Fact]
    public void SeedThatAnsweredUs_IsIntroducedAndPunctured()
    {
        _scene.Befriend("198.18.1.1:1873", "aaaa0001");
        _scene.Befriend("198.18.2.1:1873", "aaaa0002");
        _scene.Receive("198.18.1.1:1873", _scene.Request("aaaa0001"));
        var sent = _scene.Take();
        var answer = Encoding.Latin1.GetString(sent.Single(one => one.To == Scene.At("198.18.1.1:1873")).Datagram);
        Assert.Contains("7:invitee" + "d7:address10:198.18.2.17:peer_id8:aaaa00024:porti1873ee", answer, StringComparison.Ordinal);
        // The seed reads the list alone.
        Assert.Contains("3:pexl" + "d7:address10:198.18.2.17:peer_id8:aaaa00024:porti1873ee", answer, StringComparison.Ordinal);
        Assert.Contains("13:puncture_peer" + "d7:address10:198.18.1.17:peer_id8:aaaa00014:porti1873ee",
            Encoding.Latin1.GetString(sent.Single(one => one.To == Scene.At("198.18.2.1:1873")).Datagram), StringComparison.Ordinal);
    }

    [Fact]
    public void PeersThatWereOnlyHeard_AreNamedToNobody()
    {
        _scene.Receive("198.18.1.1:1873", _scene.Request("aaaa0001"));
        _scene.Take();
        _scene.Befriend("198.18.2.1:1873", "aaaa0002");
        _scene.Receive("198.18.2.1:1873", _scene.Request("aaaa0002"));
        Assert.DoesNotContain("198.18.1.1", Encoding.Latin1.GetString(Assert.Single(_scene.Take()).Datagram), StringComparison.Ordinal);
    }

    [Fact]
    public void PeersThatWereOnlyHeard_AreNotCountedAndAreAskedOnce()
    {
        _scene.Receive("198.18.1.1:1873", _scene.Request("aaaa0001"));
        Assert.Empty(_scene.Core.Peers());
        Assert.Equal(new WalkerCounts(0, 0, 0, 0, 1), _scene.Core.Counts(_scene.Now));
        _scene.Run(WalkerCore.WalkInterval);
        Assert.Single(_scene.Take("198.18.1.1:1873", 1));
        _scene.Receive("198.18.1.1:1873", _scene.Response("aaaa0001"));
        Assert.Equal(new WalkerCounts(1, 0, 1, 0, 0), _scene.Core.Counts(_scene.Now));
        Assert.Null(Assert.Single(_scene.Core.Peers()).Connectable);
    }

    [Fact]
    public void PeersOfOurHouse_AreNotNamedOutside()
    {
        var scene = new Scene("203.0.113.5:4000", "192.168.0.2:4000");
        scene.Befriend("192.168.0.7:1873", "aaaa0001");
        scene.Befriend("198.18.2.1:1873", "aaaa0002");
        scene.Receive("198.18.2.1:1873", scene.Request("aaaa0002"));
        Assert.DoesNotContain("192.168.0.7", Encoding.Latin1.GetString(Assert.Single(scene.Take()).Datagram), StringComparison.Ordinal);
        scene.Receive("192.168.0.7:1873", scene.Request("aaaa0001"));
        Assert.Contains("198.18.2.1", Encoding.Latin1.GetString(Assert.Single(scene.Take()).Datagram), StringComparison.Ordinal);
    }

    [Fact]
    public void RequestThatWantsNobody_IsAnsweredWithNobody()
    {
        _scene.BefriendKith("198.18.1.1:1873");
        var token = _scene.BefriendKith("198.18.2.1:1873", "cccc3333");
        _scene.Receive("198.18.2.1:1873", Scene.Kith(_scene.Request("cccc3333"), token, wanted: 0));
        var answer = Assert.Single(_scene.Take());
        Assert.InRange(answer.Datagram.Length, 1, 230);
    }

    [Fact]
    public void OnePeerThatAsksTooOften_IsRefused()
    {
        _scene.Befriend("198.18.1.1:1873");
        for (var i = 0; i < 100; i++)
            _scene.Receive("198.18.1.1:1873", _scene.Request());
        Assert.InRange(_scene.Take().Count, 1, 10);
    }

    [Fact]
    public void FloodOfInventedAddresses_NeitherGrowsTheTableNorStarvesWhoeverIsKnown()
    {
        for (var i = 1; i <= 10; i++)
            _scene.BefriendKith($"198.18.{i}.1:1873", $"bbbb{i:0000}");
        var token = _scene.BefriendKith("198.19.1.1:1873", "cccc0001");
        for (var i = 0; i < 100_000; i++)
            _scene.Receive($"{11 + (i % 80)}.{i % 251}.{i / 251 % 251}.9:1873", _scene.Request());
        Assert.InRange(_scene.Core.Known, 11, PeerTable.MaxHeard + 11);
        Assert.InRange(_scene.Take().Count, 1, 500);
        _scene.Receive("198.19.1.1:1873", Scene.Kith(_scene.Request("cccc0001"), token, wanted: 4));
        Assert.Contains(_scene.Take(), sent => sent.To == Scene.At("198.19.1.1:1873"));
    }

    [Fact]
    public void ProvenFlood_TakesNoPlaceFromThoseThatWeChose()
    {
        for (var i = 1; i <= 10; i++)
            _scene.BefriendKith($"198.18.{i}.1:1873", $"bbbb{i:0000}");
        for (var i = 0; i < 500; i++)
        {
            var from = $"{11 + (i % 80)}.{i % 251}.7.9:1873";
            _scene.Receive(from, Scene.Kith(_scene.Request("eeee5555"), null, wanted: 0));
            var answers = _scene.Take(from, 2);
            if (answers.Count > 0)
                _scene.Receive(from, Scene.Kith(_scene.Request("eeee5555"), Scene.TokenIn(answers[0]), wanted: 0));
        }

        Assert.InRange(_scene.Core.Known, 11, PeerTable.MaxHeard + PeerTable.MaxKnown);
        Assert.Equal(10, _scene.Core.Peers().Count(peer => !peer.Incoming));
    }
}
