using Kith.Crypto;
using Kith.Overlay.Nat;
using Kith.Overlay.Reach;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Tests.Reach;

public sealed class CallTests : IDisposable
{
    private readonly ReachScene _scene = new();
    private readonly ReachSide _introducer;
    private readonly ReachSide _other;
    private readonly ReachSide _caller;
    private readonly ReachSide _called;
    private readonly SecretBytes _swarm = new(SystemRandom.Instance.NextBytes(32));

    public CallTests()
    {
        _introducer = _scene.Add("198.18.1.1:4001");
        _other = _scene.Add("198.18.4.1:4004");
        _caller = _scene.Add("198.18.2.1:4002");
        _called = _scene.Add("198.18.3.1:4003");
        Befriend(_caller, _called);
        _scene.Register(_called, _introducer);
    }

    public void Dispose() => _swarm.Dispose();

    [Fact]
    public void Call_EndsWithBothHeard()
    {
        var call = _caller.Call(_called);
        _scene.Run(3000);
        Assert.Equal(ReachResult.Direct, call.Outcome!.Result);
        Assert.Equal(_called.Address, call.Outcome.At);
        Assert.Equal([_called.Address], call.Working);
        Assert.Equal((_caller.Key.PublicKey, _caller.Address), Assert.Single(_called.Heard));
        Assert.Equal(1, _called.Core.Obeyed);
        Assert.Equal(1, _introducer.Core.PassedOn);
        Assert.Equal(0, _caller.Core.Punches + _called.Core.Punches);
    }

    [Fact]
    public void Introducer_SendsNothingLargerThanWhatCame()
    {
        _introducer.Sent.Clear();
        _caller.Call(_called);
        _scene.Run(1000);
        Assert.Equal(_caller.Last(ReachMessageType.Call)!.Length, _introducer.Last(ReachMessageType.Calling)!.Length);
        Assert.True(_introducer.Last(ReachMessageType.Answered)!.Length <= _caller.Last(ReachMessageType.Call)!.Length);
    }

    [Fact]
    public void CallThroughSeveralIntroducers_IsObeyedOnce()
    {
        _scene.Register(_called, _introducer, _other);
        var call = _caller.Call(_called);
        _scene.Run(3000);
        Assert.Equal(2, _caller.Count(ReachMessageType.Call));
        Assert.Equal(ReachResult.Direct, call.Outcome!.Result);
        Assert.Equal(1, _called.Core.Obeyed);
        Assert.Equal(2, _called.Count(ReachMessageType.Answer));
    }

    [Fact]
    public void OwnIntroducer_CallsWithoutAnybodyElse()
    {
        _scene.Register(_called, _caller);
        var call = _caller.Call(_called, [.. _called.Via.Where(one => one.Introducer == _caller.Address)]);
        _scene.Run(3000);
        Assert.Equal(ReachResult.Direct, call.Outcome!.Result);
        Assert.Equal(0, _introducer.Core.PassedOn);
    }

    [Fact]
    public void LostCallsAndAnswers_AreRepeated()
    {
        var lost = 0;
        _scene.Lets = (_, _, datagram) => !(ReachMessage.TryRead(datagram, out var message) && message.Type is ReachMessageType.Call or ReachMessageType.Answer && lost++ < 3);
        var call = _caller.Call(_called);
        _scene.Run(6000);
        Assert.Equal(ReachResult.Direct, call.Outcome!.Result);
        Assert.Equal(1, _called.Core.Obeyed);
    }

    [Fact]
    public void UnknownHandle_IsRefusedAndSaidSo()
    {
        var call = _caller.Call(_called, [(_introducer.Address, new NodeHandle(new Bits128(0, 5)))]);
        _scene.Run(200);
        Assert.Equal(ReachResult.UnknownHandle, call.Outcome!.Result);
        Assert.Equal(0, _introducer.Core.PassedOn);
    }

    [Fact]
    public void SilentIntroducer_IsSaidSo()
    {
        _scene.Lets = (_, to, _) => to != _introducer.Address;
        var call = _caller.Call(_called);
        _scene.Run(ReachLimits.CallPatience + 100);
        Assert.Equal(ReachResult.NoAnswer, call.Outcome!.Result);
    }

    [Theory]
    [InlineData("127.0.0.1:4001")]
    [InlineData("10.1.2.3:4001")]
    [InlineData("198.18.9.9:53")]
    [InlineData("224.0.0.1:4001")]
    [InlineData("198.18.2.1:4002")]
    public void IntroducerWhereNothingMayBeSent_IsNotAsked(string introducer)
    {
        Assert.True(Endpoint.TryParse(introducer, out var at));
        _caller.Sent.Clear();
        var call = _caller.Call(_called, [(at, new NodeHandle(new Bits128(0, 5)))]);
        Assert.Equal(ReachResult.NotCalled, call.Outcome!.Result);
        Assert.Empty(_caller.Sent);
    }

    [Fact]
    public void AlteredCall_DoesNothing()
    {
        _caller.Call(_called);
        _scene.Lets = (_, to, _) => to != _called.Address;
        _scene.Deliver();
        var calling = _introducer.Last(ReachMessageType.Calling)!;
        var answers = _called.Count(ReachMessageType.Answer);
        // The sealed part begins after the key, the type, handle and route, and ends before the dictionary's end.
        for (var at = 12 + 1 + NodeHandle.Size + 8; at < calling.Length - 1; at += 7)
        {
            var altered = (byte[])calling.Clone();
            altered[at] ^= 1;
            _scene.Run(200);
            _called.Core.Receive(_scene.Now, _introducer.Address, altered);
        }

        Assert.Equal(answers, _called.Count(ReachMessageType.Answer));
        Assert.Equal(0, _called.Core.Obeyed);
        Assert.Equal(0, _called.Probes);
        Assert.True(_called.Core.Refused > 50);
    }

    [Fact]
    public void CallFromWhoIsNotItsIntroducer_DoesNothing()
    {
        _scene.Lets = (_, to, _) => to != _called.Address;
        _caller.Call(_called);
        _scene.Deliver();
        _called.Core.Receive(_scene.Now, _other.Address, _introducer.Last(ReachMessageType.Calling));
        Assert.Equal(0, _called.Core.Obeyed);
        Assert.Equal(0, _called.Count(ReachMessageType.Answer));
    }

    [Fact]
    public void CallUnderAnotherHandle_DoesNotOpen()
    {
        _scene.Register(_called, _introducer, _other);
        _scene.Lets = (_, to, _) => to != _called.Address;
        _caller.Call(_called, [.. _called.Via.Where(one => one.Introducer == _introducer.Address)]);
        _scene.Deliver();
        Assert.True(ReachMessage.TryRead(_introducer.Last(ReachMessageType.Calling), out var calling));
        Span<byte> moved = stackalloc byte[ReachMessage.MaxDatagram];
        var handle = _called.Via.First(one => one.Introducer == _other.Address).Handle;
        var size = new ReachMessage { Type = ReachMessageType.Calling, Handle = handle, Number = 1, Sealed = calling.Sealed }.Write(moved);
        _called.Core.Receive(_scene.Now, _other.Address, moved[..size]);
        Assert.Equal(0, _called.Core.Obeyed);
        Assert.Equal(0, _called.Count(ReachMessageType.Answer));
    }

    [Fact]
    public void CallPlayedAgain_IsNotObeyedAgain()
    {
        _caller.Call(_called);
        _scene.Run(5000);
        var old = _introducer.Last(ReachMessageType.Calling)!;
        _caller.Call(_called);
        _scene.Run(5000);
        Assert.Equal(2, _called.Core.Obeyed);
        var probes = _called.Probes;
        _called.Core.Receive(_scene.Now, _introducer.Address, old);
        _scene.Run(5000);
        Assert.Equal(2, _called.Core.Obeyed);
        Assert.Equal(probes, _called.Probes);
    }

    [Fact]
    public void OlderCallThatNeverCame_IsStale()
    {
        _scene.Lets = (_, to, _) => to != _called.Address;
        _caller.Call(_called);
        _scene.Run(6000);
        var old = _introducer.Last(ReachMessageType.Calling)!;
        _scene.Lets = (_, _, _) => true;
        _caller.Call(_called);
        _scene.Run(5000);
        var obeyed = _called.Core.Obeyed;
        var refused = _called.Core.Refused;
        _called.Core.Receive(_scene.Now, _introducer.Address, old);
        _scene.Run(1000);
        Assert.Equal(obeyed, _called.Core.Obeyed);
        Assert.Equal(refused + 1, _called.Core.Refused);
    }

    [Fact]
    public void CallerWhoseClockWasSetBack_GetsThrough()
    {
        _caller.Call(_called);
        _scene.Run(500);
        _caller.Restart();
        _caller.Core.SetContacts([_called.Key.PublicKey]);
        var call = _caller.Call(_called, now: _scene.Now - 2000);
        _scene.Run(3000);
        Assert.Equal(ReachResult.Direct, call.Outcome!.Result);
        Assert.Equal(2, _called.Core.Obeyed);
    }

    [Fact]
    public void Strangers_AreObeyedAFewTimes()
    {
        _called.Core.SetContacts([]);
        for (var i = 0; i < 2 * (int)ReachLimits.StrangerBurst; i++)
        {
            var stranger = _scene.Add($"198.19.{i}.1:5000");
            stranger.Call(_called);
            _scene.Run(100);
        }

        Assert.Equal((int)ReachLimits.StrangerBurst, _called.Core.Obeyed);
    }

    [Fact]
    public void BusyContact_IsToldSo()
    {
        SceneCall? last = null;
        for (var i = 0; i <= ReachLimits.ContactBurst + 1; i++)
        {
            last = _caller.Call(_called);
            _scene.Run(150);
        }

        _scene.Run(5000);
        Assert.Equal(ReachResult.Busy, last!.Outcome!.Result);
    }

    [Fact]
    public void CallsToOneHandle_HaveTheirLimit()
    {
        var via = _called.Via;
        _scene.Lets = (_, to, _) => to != _called.Address;
        for (var i = 0; i < 2 * ReachLimits.CallBurstOfHandle; i++)
            _caller.Call(_called, via);
        _scene.Deliver();
        Assert.Equal((long)ReachLimits.CallBurstOfHandle, _introducer.Core.PassedOn);
        Assert.True(ReachMessage.TryRead(_introducer.Last(ReachMessageType.CallRefused), out var refused));
        Assert.Equal(ReachRefusal.Rate, refused.Refusal);
    }

    [Fact]
    public void AnswerOfSomebodyElse_IsNotPassedOn_AndTheRightOneFourTimes()
    {
        _scene.Lets = (from, _, _) => from != _called.Address;
        _caller.Call(_called);
        _scene.Deliver();
        var answer = _called.Last(ReachMessageType.Answer)!;
        _introducer.Core.Receive(_scene.Now, _other.Address, answer);
        Assert.Equal(0, _introducer.Count(ReachMessageType.Answered));
        for (var i = 0; i < 10; i++)
            _introducer.Core.Receive(_scene.Now, _called.Address, answer);
        Assert.Equal(ReachLimits.MaxAnswersOfCall, _introducer.Count(ReachMessageType.Answered));
    }

    [Fact]
    public void ForgedAnswer_IsNotBelieved()
    {
        _scene.Lets = (_, to, _) => to != _introducer.Address;
        var call = _caller.Call(_called);
        Assert.True(ReachMessage.TryRead(_caller.Last(ReachMessageType.Call), out var asked));
        Span<byte> forged = stackalloc byte[ReachMessage.MaxDatagram];
        var size = new ReachMessage { Type = ReachMessageType.Answered, Handle = asked.Handle, Number = asked.Number, Sealed = new byte[SealedCall.AnswerSize] }.Write(forged);
        _caller.Core.Receive(_scene.Now, _other.Address, forged[..size]);
        _caller.Core.Receive(_scene.Now, _introducer.Address, forged[..size]);
        _scene.Run(6000);
        Assert.Equal(ReachResult.NoAnswer, call.Outcome!.Result);
        Assert.Equal(0, _caller.Probes);
        Assert.Equal(2, _caller.Core.Refused);
    }

    [Fact]
    public void OutsiderOfASwarm_IsNotHeard()
    {
        var member = _scene.Add("198.18.7.1:4007", _swarm);
        _scene.Register(member, _introducer);
        member.Core.SetContacts([_caller.Key.PublicKey]);
        var call = _caller.Call(member);
        _scene.Run(6000);
        Assert.Equal(ReachResult.NoAnswer, call.Outcome!.Result);
        Assert.Equal(0, member.Core.Obeyed);
        Assert.Equal(0, member.Count(ReachMessageType.Answer));
    }

    [Fact]
    public void MembersOfASwarm_MeetUnderItsKey()
    {
        var (one, other) = (_scene.Add("198.18.7.1:4007", _swarm), _scene.Add("198.18.8.1:4008", _swarm));
        Befriend(one, other);
        _scene.Register(other, _introducer);
        var call = one.Call(other);
        _scene.Run(3000);
        Assert.Equal(ReachResult.Direct, call.Outcome!.Result);
    }

    [Fact]
    public void BothHard_IsSaidSo()
    {
        _caller.Nat = _called.Nat = NatKind.Symmetric;
        _scene.Lets = (_, _, datagram) => datagram[0] != ProbePacket.First;
        var call = _caller.Call(_called);
        _scene.Run(6000);
        Assert.Equal(ReachResult.BothHard, call.Outcome!.Result);
        Assert.Contains("relay", call.Outcome.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingThrough_IsSaidSo()
    {
        _scene.Lets = (_, _, datagram) => datagram[0] != ProbePacket.First;
        var call = _caller.Call(_called);
        _scene.Run(6000);
        Assert.Equal(ReachResult.NotThrough, call.Outcome!.Result);
        // Bounded: each side seven rounds to one target.
        Assert.Equal(7, _caller.Probes);
        Assert.Equal(7, _called.Probes);
    }

    [Fact]
    public void BothBegin_AtAboutTheSameMoment()
    {
        var sent = new Dictionary<Endpoint, long>();
        _scene.Lets = (from, _, datagram) => datagram[0] != ProbePacket.First || sent.TryAdd(from, _scene.Now) || true;
        _caller.Call(_called);
        _scene.Run(3000);
        Assert.InRange(Math.Abs(sent[_caller.Address] - sent[_called.Address]), 0, 60);
    }

    [Fact]
    public void Stranger_LearnsNoAddressOfOurHouse()
    {
        Assert.True(Endpoint.TryParse("192.168.1.5:4003", out var inside));
        _called.Candidates = [_called.Address, inside];
        _called.Core.SetContacts([]);
        _caller.Networks = new OwnNetworks([_caller.Address, Endpoint.TryParse("192.168.1.9:1", out var same) ? same : default]);
        _caller.Call(_called);
        _scene.Run(3000);
        Assert.Equal(0, _caller.Core.RefusedTargets);
        Assert.DoesNotContain(_caller.Sent, sent => sent.To == inside);
    }

    private static void Befriend(ReachSide one, ReachSide other)
    {
        one.Core.SetContacts([other.Key.PublicKey]);
        other.Core.SetContacts([one.Key.PublicKey]);
    }
}
