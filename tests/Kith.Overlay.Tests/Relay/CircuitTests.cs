using Kith.Overlay.Relay;

namespace Kith.Overlay.Tests.Relay;

/// <summary>A circuit from the first word to its end.</summary>
public class CircuitTests
{
    private static readonly byte[] Packet = [0xc0, 1, 2, 3];
    private readonly RelayWorld _world = new();
    private readonly RelayNode _caller;
    private readonly RelayNode _relay;
    private readonly RelayNode _receiver;
    private readonly byte[] _handle;

    public CircuitTests()
    {
        _caller = _world.Add("203.0.113.1:4001", RelayConsent.Use);
        _relay = _world.Add("198.51.100.1:4002", RelayConsent.Serve);
        _receiver = _world.Add("192.0.2.1:4003", RelayConsent.Use);
        _handle = RelayWorld.Register(_receiver, _relay, 1);
    }

    [Fact]
    public void ThreeAgree_PacketsGoBothWaysUnderIdsOfEachEnd()
    {
        var result = _world.Open(_caller, _relay, _handle);
        Assert.NotNull(result);
        Assert.Equal(RelayRefusal.None, result.Refusal);
        Assert.Equal(result.Path, _caller.Paths.Keys.Single());
        Assert.NotEqual(_caller.End.Id, _receiver.End.Id);
        Assert.True(_receiver.End.IsIncoming);

        Assert.True(_caller.Send(_caller.End, Packet));
        _world.Settle();
        Assert.Equal((_receiver.Paths.Keys.Single(), Packet), Assert.Single(_receiver.Received), Same);
        Assert.True(_receiver.Send(_receiver.End, Packet));
        _world.Settle();
        Assert.Equal((_caller.Paths.Keys.Single(), Packet), Assert.Single(_caller.Received), Same);
        Assert.Equal(2 * (Packet.Length + RelayLimits.DataHeaderSize), _relay.Core.View.BytesCarried);
        Assert.Equal(1, _relay.Core.View.Served);
        Assert.Equal(1, _receiver.Core.View.Used);
        // The two ends learn nothing of each other.
        Assert.DoesNotContain(_world.Sent, sent => sent.To == _caller.At && sent.From != _relay.At);
        Assert.DoesNotContain(_world.Sent, sent => sent.To == _receiver.At && sent.From != _relay.At);
    }

    [Fact]
    public void EveryMessageLostOnce_OpensAllTheSame()
    {
        var seen = new HashSet<string>();
        _world.IsLost = (_, to, datagram) => seen.Add($"{to} {(RelayMessage.TryRead(datagram, out var message) ? message.Type : default)}");
        var result = _world.Open(_caller, _relay, _handle, 5_000);
        Assert.Equal(RelayRefusal.None, result?.Refusal);
        Assert.Single(_receiver.Paths);
        Assert.Equal(1, _relay.Core.View.Served);
    }

    [Fact]
    public void SilentRelay_RefusesInTime()
    {
        _world.IsLost = (_, to, _) => to == _relay.At;
        Assert.Null(_world.Open(_caller, _relay, _handle, RelayLimits.OpenTime - 1));
        CircuitResult? second = null;
        _ = _caller.Core.Open(_world.Now, _relay.At, _handle, result => second = result);
        _world.Run(RelayLimits.OpenTime);
        Assert.Equal(RelayRefusal.RelaySilent, second?.Refusal);
        Assert.Equal(long.MaxValue, _caller.Core.NextDeadline);
    }

    [Fact]
    public void SilentReceiver_RefusesWithNoAnswer()
    {
        _world.IsLost = (_, to, _) => to == _receiver.At;
        Assert.Equal(RelayRefusal.NoAnswer, _world.Open(_caller, _relay, _handle, RelayLimits.OpenTime)?.Refusal);
        Assert.Equal(0, _relay.Core.View.Served);
    }

    [Fact]
    public void ReceiverThatNeverKeeps_EndsTheCallersCircuit()
    {
        _world.IsLost = (from, to, datagram) => (from == _receiver.At && TypeOf(datagram) == RelayMessageType.Keep) || (to == _receiver.At && TypeOf(datagram) == RelayMessageType.Opened);
        Assert.Equal(RelayRefusal.None, _world.Open(_caller, _relay, _handle, RelayLimits.AnswerTime + RelayLimits.MaxRetry)?.Refusal);
        Assert.Equal(RelayRefusal.NoAnswer, Assert.Single(_caller.Ended).Why);
        Assert.Empty(_receiver.Paths);
        Assert.Equal(0, _relay.Core.View.Served);
    }

    [Fact]
    public void NothingGoesThrough_EndsAfterAMinute()
    {
        _ = _world.Open(_caller, _relay, _handle);
        _world.Run(RelayLimits.IdleTime - 1);
        Assert.Single(_caller.Paths);
        _world.Run(2 * RelayLimits.SweepInterval);
        Assert.Equal(RelayRefusal.Idle, Assert.Single(_caller.Ended).Why);
        Assert.Equal(RelayRefusal.Idle, Assert.Single(_receiver.Ended).Why);
    }

    [Fact]
    public void UsedForMoreThanAnHour_IsRenewed()
    {
        _ = _world.Open(_caller, _relay, _handle);
        for (var passed = 0L; passed < RelayLimits.MaxTime + 60_000; passed += 30_000)
        {
            Assert.True(_caller.Send(_caller.End, Packet));
            _world.Run(30_000);
        }

        Assert.Empty(_caller.Ended);
        Assert.Empty(_receiver.Ended);
    }

    [Fact]
    public void OneEndCloses_TheOtherIsTold()
    {
        _ = _world.Open(_caller, _relay, _handle);
        _caller.Core.Close(_caller.Paths.Keys.Single());
        _world.Settle();
        Assert.Equal(RelayRefusal.None, Assert.Single(_receiver.Ended).Why);
        Assert.Equal(0, _relay.Core.View.Served);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void OneOfThreeTurnsOff_AllEndAtOnce(int who)
    {
        _ = _world.Open(_caller, _relay, _handle);
        new[] { _caller, _relay, _receiver }[who].Core.SetConsent(RelayConsent.Off);
        _world.Settle();
        Assert.Empty(_caller.Paths);
        Assert.Empty(_receiver.Paths);
        Assert.Equal(RelayRefusal.TurnedOff, _caller.Ended.Single().Why);
        Assert.Equal(RelayRefusal.TurnedOff, _receiver.Ended.Single().Why);
        Assert.Equal(0, _relay.Core.View.Served);
    }

    [Fact]
    public void GivenUpWhileOpening_EndsWhatComes()
    {
        var opening = _caller.Core.Open(_world.Now, _relay.At, _handle, _ => Assert.Fail("given up"));
        _caller.Core.Cancel(opening!);
        _world.Settle();
        Assert.Empty(_caller.Paths);
        Assert.Empty(_receiver.Paths);
        Assert.Equal(0, _relay.Core.View.Served);
    }

    [Fact]
    public void RelayBegunAnew_SaysThatItKnowsNoSuchCircuit()
    {
        _ = _world.Open(_caller, _relay, _handle);
        foreach (var end in new[] { _caller.End, _receiver.End })
            _ = end;
        // Forgets without a word.
        _world.IsLost = (from, _, _) => from == _relay.At;
        _relay.Core.SetConsent(RelayConsent.Off);
        _relay.Core.SetConsent(RelayConsent.Serve);
        _world.Settle();
        _world.IsLost = (_, _, _) => false;
        _world.Run(RelayLimits.KeepInterval + RelayLimits.MaxRetry);
        Assert.Equal(RelayRefusal.UnknownCircuit, Assert.Single(_caller.Ended).Why);
    }

    [Fact]
    public void RelayGone_EndsInTime()
    {
        _ = _world.Open(_caller, _relay, _handle);
        _world.IsLost = (_, to, _) => to == _relay.At;
        _world.Run(RelayLimits.KeepInterval + RelayLimits.SilentTime + RelayLimits.MaxRetry);
        Assert.Equal(RelayRefusal.RelaySilent, Assert.Single(_caller.Ended).Why);
        Assert.Equal(RelayRefusal.RelaySilent, Assert.Single(_receiver.Ended).Why);
    }

    internal static RelayMessageType TypeOf(byte[] datagram) => RelayMessage.TryRead(datagram, out var message) ? message.Type : RelayMessageType.None;

    private static bool Same((Wire.Endpoint, byte[]) one, (Wire.Endpoint, byte[]) other) => one.Item1 == other.Item1 && one.Item2.AsSpan().SequenceEqual(other.Item2);
}
