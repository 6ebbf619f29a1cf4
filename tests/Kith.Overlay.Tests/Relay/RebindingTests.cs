using Kith.Overlay.Relay;

namespace Kith.Overlay.Tests.Relay;

/// <summary>An end whose address changes, and those who would like it to.</summary>
public class RebindingTests
{
    private static readonly byte[] Packet = [0x40, 1, 2, 3];
    private readonly RelayWorld _world = new();
    private readonly RelayNode _caller;
    private readonly RelayNode _relay;
    private readonly RelayNode _receiver;

    public RebindingTests()
    {
        _caller = _world.Add("203.0.113.1:4001", RelayConsent.Use);
        _relay = _world.Add("198.51.100.1:4002", RelayConsent.Serve);
        _receiver = _world.Add("192.0.2.1:4003", RelayConsent.Use);
        _ = _world.Open(_caller, _relay, RelayWorld.Register(_receiver, _relay, 1));
    }

    [Fact]
    public void MovedEndThatSends_IsToldAndFollowed()
    {
        _world.Move(_caller, "203.0.113.1:9999");
        Assert.True(_caller.Send(_caller.End, Packet));
        _world.Settle();
        // That packet is lost; the next one is not, nor is the answer.
        Assert.Empty(_receiver.Received);
        Assert.True(_caller.Send(_caller.End, Packet));
        Assert.True(_receiver.Send(_receiver.End, Packet));
        _world.Settle();
        Assert.Single(_receiver.Received);
        Assert.Single(_caller.Received);
    }

    [Fact]
    public void MovedEndThatIsSilent_IsFollowedAtItsNextKeep()
    {
        _world.Move(_receiver, "192.0.2.1:9999");
        _world.Run(RelayLimits.KeepInterval);
        Assert.True(_caller.Send(_caller.End, Packet));
        _world.Settle();
        Assert.Single(_receiver.Received);
    }

    [Fact]
    public void NetworkChanged_KeepsAtOnce()
    {
        _world.Move(_caller, "203.0.113.77:4001");
        _caller.Core.ChangeNetworks(_world.Now, new OwnNetworks([_caller.At]));
        _world.Run(0);
        Assert.True(_receiver.Send(_receiver.End, Packet));
        _world.Settle();
        Assert.Single(_caller.Received);
    }

    [Fact]
    public void ForgedKeepToAVictim_IsChallengedAndChangesNothing()
    {
        // The caller itself, with its good key, in the victim's name.
        var victim = _world.Add("203.0.113.200:5000");
        var keep = Keep(_caller.End, counter: 100, token: new byte[8], _caller.End.Key);
        _relay.Core.Receive(_world.Now, victim.At, keep);
        var answer = Assert.Single(_world.Sent, sent => sent.To == victim.At);
        Assert.True(answer.Datagram.Length <= keep.Length);
        Assert.True(_receiver.Send(_receiver.End, Packet));
        _world.Settle();
        Assert.Single(_caller.Received);
        Assert.Single(_world.Sent, sent => sent.To == victim.At);
    }

    [Fact]
    public void KeepWithAnotherKey_IsIgnored()
    {
        var before = _world.Sent.Count;
        _relay.Core.Receive(_world.Now, _caller.At, Keep(_caller.End, 100, new byte[8], new byte[16]));
        Assert.Equal(before, _world.Sent.Count);
    }

    [Fact]
    public void OldKeepPlayedAgain_IsIgnored()
    {
        _world.Run(RelayLimits.KeepInterval);
        var old = _world.Sent.Last(sent => sent.From == _caller.At && CircuitTests.TypeOf(sent.Datagram) == RelayMessageType.Keep).Datagram;
        var before = _world.Sent.Count;
        _relay.Core.Receive(_world.Now, _caller.At, old);
        _relay.Core.Receive(_world.Now, RelayWorld.At("203.0.113.200:5000"), old);
        Assert.Equal(before, _world.Sent.Count);
    }

    [Fact]
    public void PacketsFromElsewhere_AreNotPassedOnAndAnsweredOnceASecond()
    {
        var wrapped = _caller.End.Wrap(Packet, new byte[64]).ToArray();
        var elsewhere = _world.Add("203.0.113.200:5000");
        for (var i = 0; i < 100; i++)
            _relay.Take(_world.Now, elsewhere.At, [.. wrapped]);
        Assert.Single(_world.Sent, sent => sent.To == elsewhere.At);
        _world.Settle();
        Assert.Empty(_receiver.Received);
    }

    [Fact]
    public void CloseFromElsewhere_IsIgnored()
    {
        var close = new RelayMessage { Type = RelayMessageType.Close, Id = _caller.End.Id }.Write(new byte[96]).ToArray();
        _relay.Core.Receive(_world.Now, RelayWorld.At("203.0.113.200:5000"), close);
        Assert.Equal(1, _relay.Core.View.Served);
        _caller.Core.Receive(_world.Now, RelayWorld.At("203.0.113.200:5000"), close);
        Assert.Single(_caller.Paths);
    }

    private static byte[] Keep(CircuitEnd end, ulong counter, byte[] token, byte[] key)
    {
        var tag = new byte[RelayMessage.TagSize];
        RelayMessage.Authenticate(key, end.Id, counter, token, 0, tag);
        return new RelayMessage { Type = RelayMessageType.Keep, Id = end.Id, Counter = counter, Token = token, Tag = tag }.Write(new byte[96]).ToArray();
    }
}
