using Kith.Overlay.Relay;
using Kith.Wire;

namespace Kith.Overlay.Tests.Relay;

/// <summary>Everything that a relay, a receiver and a caller say no to, and what they say.</summary>
public class RefusalTests
{
    private readonly RelayWorld _world = new();
    private readonly RelayNode _relay;

    public RefusalTests() => _relay = _world.Add("198.51.100.1:4002", RelayConsent.Serve);

    [Fact]
    public void CallerWithoutConsent_SendsNothing()
    {
        var caller = _world.Add("203.0.113.1:4001", RelayConsent.Serve);
        Assert.Equal(RelayRefusal.Off, _world.Open(caller, _relay, new byte[16])?.Refusal);
        Assert.Empty(_world.Sent);
    }

    [Fact]
    public void RelayWithoutConsent_NotServing()
    {
        var (caller, handle) = Pair();
        _relay.Core.SetConsent(RelayConsent.Use);
        Assert.Equal(RelayRefusal.NotServing, _world.Open(caller, _relay, handle)?.Refusal);
        Assert.Equal(1, _relay.Core.View.Refused[RelayRefusal.NotServing]);
    }

    [Fact]
    public void UnknownHandle_Refused()
    {
        var (caller, _) = Pair();
        Assert.Equal(RelayRefusal.UnknownHandle, _world.Open(caller, _relay, new byte[16])?.Refusal);
    }

    [Fact]
    public void RegisteredWithoutConsent_ReceiverIsNotAsked()
    {
        var caller = Caller(1);
        var receiver = _world.Add("192.0.2.1:4003", RelayConsent.Use);
        var handle = RelayWorld.Register(receiver, _relay, 1, takesCircuits: false);
        Assert.Equal(RelayRefusal.NoConsent, _world.Open(caller, _relay, handle)?.Refusal);
        Assert.DoesNotContain(_world.Sent, sent => sent.To == receiver.At);
    }

    [Fact]
    public void ReceiverWhoHasChangedItsMind_NoConsent()
    {
        var (caller, handle) = Pair(RelayConsent.Serve);
        Assert.Equal(RelayRefusal.NoConsent, _world.Open(caller, _relay, handle)?.Refusal);
    }

    [Fact]
    public void RelayWhereReceiverIsNotRegistered_GetsNoAnswer()
    {
        var caller = Caller(1);
        var receiver = _world.Add("192.0.2.1:4003", RelayConsent.Use);
        var handle = RelayWorld.Register(receiver, _relay, 1);
        receiver.Introducers.Clear();
        Assert.Equal(RelayRefusal.NoAnswer, _world.Open(caller, _relay, handle, RelayLimits.OpenTime)?.Refusal);
        Assert.DoesNotContain(_world.Sent, sent => sent.From == receiver.At);
    }

    [Fact]
    public void PrivateAddressAsRelay_IsNotContacted()
    {
        var caller = Caller(1);
        CircuitResult? result = null;
        _ = caller.Core.Open(_world.Now, RelayWorld.At("127.0.0.1:4000"), new byte[16], done => result = done);
        Assert.Equal(RelayRefusal.Address, result?.Refusal);
        Assert.Empty(_world.Sent);
    }

    [Fact]
    public void UnprovenOpen_LeavesNothingAndIsAnsweredWithLess()
    {
        var (_, handle) = Pair();
        var open = new RelayMessage { Type = RelayMessageType.Open, Id = 1, Handle = handle }.Write(new byte[96]).ToArray();
        for (var i = 0; i < 100; i++)
            _relay.Core.Receive(_world.Now, RelayWorld.At("203.0.113.9:1"), open);
        Assert.Equal(100, _world.Sent.Count);
        Assert.All(_world.Sent, sent => Assert.True(sent.To == RelayWorld.At("203.0.113.9:1") && sent.Datagram.Length < open.Length));
        Assert.Equal(long.MaxValue, _relay.Core.NextDeadline);
    }

    [Fact]
    public void TokenOfAnotherAddress_IsChallengedAgain()
    {
        var (caller, handle) = Pair();
        _ = _world.Open(caller, _relay, handle);
        var open = _world.Sent.Last(sent => CircuitTests.TypeOf(sent.Datagram) == RelayMessageType.Open).Datagram;
        var before = _world.Sent.Count;
        _relay.Core.Receive(_world.Now, RelayWorld.At("203.0.113.9:1"), open);
        Assert.Equal(RelayMessageType.Challenge, CircuitTests.TypeOf(Assert.Single(_world.Sent.Skip(before)).Datagram));
    }

    [Fact]
    public void OpenedWithoutOurToken_IsNotTaken()
    {
        var receiver = _world.Add("192.0.2.1:4003", RelayConsent.Use);
        RelayWorld.Register(receiver, _relay, 1);
        var opened = new RelayMessage { Type = RelayMessageType.Opened, Id = 5, Token = new byte[8], Circuit = 7, Key = new byte[16], Seconds = 100 }.Write(new byte[96]).ToArray();
        receiver.Core.Receive(_world.Now, _relay.At, opened);
        Assert.Empty(receiver.Paths);
    }

    [Fact]
    public void AcceptFromSomebodyElse_OpensNothing()
    {
        var (caller, handle) = Pair();
        _world.IsLost = (_, _, datagram) => CircuitTests.TypeOf(datagram) == RelayMessageType.Accept;
        _ = _world.Open(caller, _relay, handle);
        var accept = _world.Sent.Last(sent => CircuitTests.TypeOf(sent.Datagram) == RelayMessageType.Accept).Datagram;
        _relay.Core.Receive(_world.Now, RelayWorld.At("203.0.113.9:1"), accept);
        Assert.Equal(0, _relay.Core.View.Served);
    }

    [Fact]
    public void SeventeenFromOnePrefix_Prefix()
    {
        var results = new List<RelayRefusal>();
        for (var number = 0; number <= RelayLimits.MaxPerPrefix; number++)
        {
            results.Add(OpenFrom($"203.0.113.{number + 1}:4001", Receiver(number)));
            _world.Run(1_000);
        }

        Assert.All(results.SkipLast(1), refusal => Assert.Equal(RelayRefusal.None, refusal));
        Assert.Equal(RelayRefusal.Prefix, results[^1]);
        // Another network is served all the same.
        Assert.Equal(RelayRefusal.None, OpenFrom("203.0.114.1:4001", Receiver(100)));
    }

    [Fact]
    public void ThirtyThreeToOneRegistrant_Registrant()
    {
        var receiver = _world.Add("192.0.2.1:4003", RelayConsent.Use);
        var handle = RelayWorld.Register(receiver, _relay, 1);
        var results = Enumerable.Range(0, RelayLimits.MaxPerRegistrant + 1).Select(number => OpenFrom($"203.{number}.113.1:4001", handle)).ToList();
        Assert.All(results.SkipLast(1), refusal => Assert.Equal(RelayRefusal.None, refusal));
        Assert.Equal(RelayRefusal.Registrant, results[^1]);
    }

    [Fact]
    public void ReceiverWithoutRoom_Busy()
    {
        var receiver = _world.Add("192.0.2.1:4003", RelayConsent.Use);
        for (var number = 0; number < RelayLimits.MaxUsed; number++)
        {
            var relay = number % 2 == 0 ? _relay : Other();
            Assert.Equal(RelayRefusal.None, OpenFrom($"203.{number}.113.1:4001", RelayWorld.Register(receiver, relay, 1), relay));
        }

        var third = _world.Add("198.51.101.3:4002", RelayConsent.Serve);
        Assert.Equal(RelayRefusal.Busy, OpenFrom("203.200.113.1:4001", RelayWorld.Register(receiver, third, 1), third));
    }

    [Fact]
    public void TwoHundredAtOnce_AreCarriedAndTheLastOverTheLimitIsFull()
    {
        var results = new List<RelayRefusal>();
        for (var number = 0; number < RelayLimits.MaxServed + 1; number++)
        {
            results.Add(OpenFrom($"203.{number / 200}.{number % 200}.1:4001", Receiver(number)));
            _world.Run(20);
        }

        Assert.All(results.SkipLast(1), refusal => Assert.Equal(RelayRefusal.None, refusal));
        Assert.Equal(RelayRefusal.Full, results[^1]);
        Assert.Equal(RelayLimits.MaxServed, _relay.Core.View.Served);
        Assert.Equal(1, _relay.Core.View.Refused[RelayRefusal.Full]);
    }

    [Fact]
    public void AskedTooOftenFromOneNetwork_Rate()
    {
        var (caller, _) = Pair();
        var refusals = Enumerable.Range(0, RelayLimits.PrefixAskBurst + 1).Select(_ => _world.Open(caller, _relay, new byte[16])?.Refusal).ToList();
        Assert.All(refusals.SkipLast(1), refusal => Assert.Equal(RelayRefusal.UnknownHandle, refusal));
        Assert.Equal(RelayRefusal.Rate, refusals[^1]);
        _world.Run(1_000);
        Assert.Equal(RelayRefusal.UnknownHandle, _world.Open(caller, _relay, new byte[16])?.Refusal);
    }

    [Fact]
    public void TooManyAtOnce_TheCallersOwnLimit()
    {
        var (caller, handle) = Pair();
        _world.IsLost = (_, _, _) => true;
        for (var i = 0; i < RelayLimits.MaxOpening; i++)
            Assert.Null(_world.Open(caller, _relay, handle));
        Assert.Equal(RelayRefusal.TooMany, _world.Open(caller, _relay, handle)?.Refusal);
    }

    [Fact]
    public void EveryRefusal_HasItsOwnWords()
    {
        var sentences = Enum.GetValues<RelayRefusal>().Select(refusal => refusal.Sentence()).ToList();
        Assert.Equal(sentences.Count, sentences.Distinct().Count());
        Assert.DoesNotContain(((RelayRefusal)0x3f).Sentence(), sentences);
    }

    private RelayNode Caller(int number) => _world.Add($"203.0.113.{number}:4001", RelayConsent.Use);

    private byte[] Receiver(int number)
    {
        var receiver = _world.Add($"192.{number / 200}.2.{(number % 200) + 1}:4003", RelayConsent.Use);
        var handle = new byte[16];
        handle[0] = (byte)number;
        handle[1] = (byte)(number >> 8);
        _relay.Registered[Convert.ToHexString(handle)] = new RelayRegistrant(receiver.At, true);
        receiver.Introducers.Add(_relay.At);
        return handle;
    }

    private RelayNode? _other;

    private RelayNode Other() => _other ??= _world.Add("198.51.101.2:4002", RelayConsent.Serve);

    private RelayRefusal OpenFrom(string address, byte[] handle, RelayNode? relay = null)
    {
        var result = _world.Open(_world.Add(address, RelayConsent.Use), relay ?? _relay, handle);
        Assert.NotNull(result);
        return result.Refusal;
    }

    private (RelayNode Caller, byte[] Handle) Pair(RelayConsent receivers = RelayConsent.Use)
    {
        var receiver = _world.Add("192.0.2.1:4003", receivers);
        return (Caller(1), RelayWorld.Register(receiver, _relay, 1));
    }
}
