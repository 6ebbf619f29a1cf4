using Kith.Crypto;
using Kith.Overlay.Reach;
using Kith.Overlay.Walker;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Tests.Reach;

public sealed class RegistrationTests
{
    private readonly ReachScene _scene = new();
    private readonly ReachSide _introducer;
    private readonly ReachSide _node;

    public RegistrationTests()
    {
        _introducer = _scene.Add("198.18.1.1:4001");
        _node = _scene.Add("198.18.2.1:4002");
    }

    [Fact]
    public void Node_IsRegisteredAndSaysWhere()
    {
        _introducer.Wan6 = Endpoint.TryParse("[2001:db8::1]:4001", out var six) ? six : null;
        _scene.Register(_node, _introducer);
        var via = _node.Via;
        Assert.Equal([_introducer.Address, six], via.Select(one => one.Introducer));
        Assert.Equal(via[0].Handle, via[1].Handle);
        Assert.True(_introducer.Core.TryFind(_scene.Now, via[0].Handle, out var registration));
        Assert.Equal(_node.Address, registration.At);
        Assert.False(registration.TakesCircuits);
        Assert.True(_node.Core.IsRegisteredWith(_introducer.Address));
        Assert.Equal(1, _node.ViaChanges);
    }

    [Fact]
    public void ConsentToCircuits_IsToldAtOnce()
    {
        _scene.Register(_node, _introducer);
        _node.Core.SetRelay(takesCircuits: true, serves: false);
        _scene.Run(50);
        Assert.True(_introducer.Core.TryFind(_scene.Now, _node.Via[0].Handle, out var registration));
        Assert.True(registration.TakesCircuits);
    }

    [Fact]
    public void EntryWhoseAnswersTakeLongerThanTheNodeWaits_KeepsIt()
    {
        const long Late = ReachLimits.FirstRetry + 200;
        var slow = _scene.Add("198.18.10.1:4001");
        List<byte[]> held = [];
        _scene.Lets = (from, _, datagram) =>
        {
            if (from == slow.Address)
                held.Add(datagram);
            return from != slow.Address;
        };
        _node.Entries = [slow.Address];
        _node.Core.Start(_scene.Now);
        foreach (var kept in (int[])[0, 1])
        {
            _scene.Run(Late);
            _node.Core.Receive(_scene.Now, slow.Address, held[0]);
            held.Clear();
            Assert.Equal(kept, _node.Core.Introducers);
        }
    }

    [Fact]
    public void IntroducerThatChallengesForEver_IsGivenUpLikeASilentOne()
    {
        _scene.Lets = (from, _, datagram) => from != _introducer.Address || (ReachMessage.TryRead(datagram, out var message) && message.Type == ReachMessageType.Challenge);
        _scene.Register(_node, _introducer);
        _scene.Run((ReachLimits.FirstRetry << ReachLimits.MaxUnanswered) + 1_000);
        Assert.InRange(_node.Count(ReachMessageType.Register), 2, 2 * ReachLimits.MaxUnanswered);
        Assert.False(_node.Core.IsRegisteredWith(_introducer.Address));
    }

    [Fact]
    public void NodeBetweenTwoNetworks_ComesBackUnderItsHandle()
    {
        _scene.Register(_node, _introducer);
        var via = Assert.Single(_node.Via);
        // The walker meets nobody there, and has not met anybody yet on the next.
        (_node.KnownIntroducers, _node.Networks) = ([], OwnNetworks.Loopback);
        _node.Core.NetworkChanged(_scene.Now);
        _scene.Run(700);
        Assert.Empty(_node.Via);
        _node.Networks = new OwnNetworks([_node.Address]);
        _node.Core.NetworkChanged(_scene.Now);
        _scene.Run(200);
        Assert.Equal(via, Assert.Single(_node.Via));
    }

    [Fact]
    public void WithoutAToken_OnlyASmallChallengeComes()
    {
        var size = Register(_node.Address, new byte[AddressTokens.Size]);
        var (to, answer) = Assert.Single(_introducer.Sent);
        Assert.Equal(_node.Address, to);
        Assert.True(answer.Length <= size);
        Assert.NotNull(_introducer.Last(ReachMessageType.Challenge));
        Assert.Equal(0, _introducer.Core.Registered);
    }

    [Fact]
    public void TokenOfAnotherAddress_IsNone()
    {
        Register(_node.Address, new byte[AddressTokens.Size]);
        Assert.True(ReachMessage.TryRead(_introducer.Last(ReachMessageType.Challenge), out var challenge));
        var token = challenge.Token.ToArray();
        Register(_node.Address.WithPort(9), token);
        Assert.Equal(0, _introducer.Core.Registered);
        Register(_node.Address, token);
        Assert.Equal(1, _introducer.Core.Registered);
    }

    [Fact]
    public void AnswersOfSomebodyElse_DoNothing()
    {
        _scene.Lets = (from, _, _) => from != _introducer.Address;
        _scene.Register(_node, _introducer);
        Span<byte> forged = stackalloc byte[ReachMessage.MaxDatagram];
        var size = new ReachMessage { Type = ReachMessageType.Registered, Number = 1, Token = new byte[8], Seconds = 60, Seen = _node.Address }.Write(forged);
        _node.Core.Receive(_scene.Now, _introducer.Address, forged[..size]);
        Assert.Empty(_node.Core.Via);
        Assert.True(ReachMessage.TryRead(_node.Last(ReachMessageType.Register), out var asked));
        size = new ReachMessage { Type = ReachMessageType.Registered, Number = asked.Number, Token = new byte[8], Seconds = 60, Seen = _node.Address }.Write(forged);
        _node.Core.Receive(_scene.Now, _introducer.Address.WithPort(1), forged[..size]);
        Assert.Empty(_node.Core.Via);
        Assert.Equal(2, _node.Core.Refused);
        _node.Core.Receive(_scene.Now, _introducer.Address, forged[..size]);
        Assert.Single(_node.Core.Via);
    }

    [Theory]
    [InlineData("10.0.0.1:4001")]
    [InlineData("127.0.0.1:4001")]
    [InlineData("198.18.1.1:80")]
    [InlineData("224.0.0.1:4001")]
    public void AddressThatAnIntroducerSaysOfItself_IsPublishedOnlyWhenOfTheInternet(string said)
    {
        _introducer.Wan4 = Endpoint.TryParse(said, out var at) ? at : null;
        var node = _scene.Add("[2001:db8:2::1]:4002");
        var six = _scene.Add("[2001:db8:1::1]:4001");
        six.Wan4 = _introducer.Wan4;
        _scene.Register(node, six);
        Assert.Equal([six.Address], node.Via.Select(one => one.Introducer));
    }

    [Fact]
    public void Registration_IsRenewed_AndEndsWithTheNode()
    {
        _scene.Register(_node, _introducer);
        var handle = _node.Via[0].Handle;
        _scene.Run(2 * ReachLimits.Lifetime);
        Assert.True(_introducer.Core.TryFind(_scene.Now, handle, out _));
        Assert.InRange(_node.Count(ReachMessageType.Register), 7, 11);
        _scene.Lets = (from, _, _) => from != _node.Address;
        _scene.Run(ReachLimits.Lifetime + 1000);
        Assert.Equal(0, _introducer.Core.Registered);
    }

    [Fact]
    public void SilentIntroducer_IsGivenUpForAnother()
    {
        _scene.Register(_node, _introducer);
        var other = _scene.Add("198.18.10.1:4001");
        _node.IsReachable = true;
        _node.KnownIntroducers = [_introducer.Address, other.Address];
        _scene.Lets = (from, _, _) => from != _introducer.Address;
        _scene.Run(ReachLimits.RenewAfter + ReachLimits.RenewJitter + 10_000);
        Assert.Equal([other.Address], _node.Via.Select(one => one.Introducer));
    }

    [Fact]
    public void IntroducerThatWasStartedAnew_HasTheNodeUnderTheSameHandleWithinSeconds()
    {
        _scene.Register(_node, _introducer);
        var via = _node.Core.Via;
        _node.KnownIntroducers = [];
        _scene.Lets = (_, to, _) => to != _introducer.Address;
        _scene.Run(2 * ReachLimits.Lifetime);
        Assert.Empty(_node.Core.Via);
        _introducer.Restart();
        _scene.Lets = (_, _, _) => true;
        _scene.Run((2 * ReachLimits.Lifetime / ReachLimits.LostRetryShare) + 1_500);
        Assert.Equal(via, _node.Core.Via);
        Assert.Equal(1, _introducer.Core.Registered);
    }

    [Fact]
    public void SilentIntroducer_IsAskedEverMoreSeldomAndForgotten()
    {
        _scene.Register(_node, _introducer);
        _node.KnownIntroducers = [];
        _scene.Lets = (_, to, _) => to != _introducer.Address;
        int AskedIn(long time)
        {
            var before = _node.Count(ReachMessageType.Register);
            for (; time > 0; time -= 1_000)
                _scene.Pass(1_000);
            return _node.Count(ReachMessageType.Register) - before;
        }

        Assert.InRange(AskedIn(120_000), 20, 70);
        Assert.InRange(AskedIn(3_600_000), 20, 160);
        AskedIn(ReachLimits.LostLife - 3_600_000);
        Assert.Equal(0, AskedIn(3_600_000));
    }

    [Fact]
    public void IntroducerThatSomebodyFoundSilent_IsAskedAtOnce()
    {
        _scene.Register(_node, _introducer);
        _scene.Run(ReachLimits.SuspectPause);
        var asked = _node.Count(ReachMessageType.Register);
        _node.Core.Suspect(_scene.Now, _introducer.Address.WithPort(9));
        _node.Core.Suspect(_scene.Now, _introducer.Address);
        _scene.Run(50);
        Assert.Equal(asked + 1, _node.Count(ReachMessageType.Register));
        _node.Core.Suspect(_scene.Now, _introducer.Address);
        _scene.Run(50);
        Assert.Equal(asked + 1, _node.Count(ReachMessageType.Register));
        Assert.Single(_node.Core.Via);
    }

    [Fact]
    public void NodeThatMoved_KeepsItsHandle()
    {
        _scene.Register(_node, _introducer);
        Assert.True(ReachMessage.TryRead(_node.Last(ReachMessageType.Register), out var asked));
        var key = asked.Key.ToArray();
        var elsewhere = Endpoint.FromIPv4(0xC612_0301, 5000);
        Register(elsewhere, new byte[AddressTokens.Size], key);
        Assert.True(ReachMessage.TryRead(_introducer.Last(ReachMessageType.Challenge), out var challenge));
        Register(elsewhere, challenge.Token.ToArray(), key);
        Assert.True(_introducer.Core.TryFind(_scene.Now, _node.Via[0].Handle, out var registration));
        Assert.Equal(elsewhere, registration.At);
        Assert.Equal(1, _introducer.Core.Registered);
    }

    [Fact]
    public void OnePrefix_HasItsLimit_AndIsTold()
    {
        for (var i = 0; i <= ReachLimits.MaxRegisteredPerPrefix; i++)
            Prove(Endpoint.FromIPv4(0xC612_0501, (ushort)(2000 + i)));
        Assert.Equal(ReachLimits.MaxRegisteredPerPrefix, _introducer.Core.Registered);
        Assert.True(ReachMessage.TryRead(_introducer.Last(ReachMessageType.Refused), out var refused));
        Assert.Equal(ReachRefusal.Prefix, refused.Refusal);
        Prove(Endpoint.FromIPv4(0xC612_0601, 2000));
        Assert.Equal(ReachLimits.MaxRegisteredPerPrefix + 1, _introducer.Core.Registered);
    }

    [Fact]
    public void Table_HasItsLimit_AndIsTold()
    {
        for (var i = 0; i <= ReachLimits.MaxRegistered; i++)
        {
            Prove(Endpoint.FromIPv4(0xC612_0001 + ((uint)(i / 60) << 8), (ushort)(2000 + i)));
            if (i % 100 == 99)
                _scene.Run(1000);
        }

        Assert.Equal(ReachLimits.MaxRegistered, _introducer.Core.Registered);
        Assert.True(ReachMessage.TryRead(_introducer.Last(ReachMessageType.Refused), out var refused));
        Assert.Equal(ReachRefusal.Full, refused.Refusal);
    }

    [Fact]
    public void FloodOfRequests_IsNotAnswered()
    {
        for (var i = 0; i < 2 * ReachLimits.RegisterBurst; i++)
            Register(Endpoint.FromIPv4((uint)(0xC612_0000 + i), 3000), new byte[AddressTokens.Size]);
        Assert.Equal(ReachLimits.RegisterBurst, _introducer.Count(ReachMessageType.Challenge));
    }

    private void Prove(Endpoint from)
    {
        var key = SystemRandom.Instance.NextBytes(ReachMessage.KeySize);
        Register(from, new byte[AddressTokens.Size], key);
        Assert.True(ReachMessage.TryRead(_introducer.Last(ReachMessageType.Challenge), out var challenge));
        Register(from, challenge.Token.ToArray(), key);
        _introducer.Sent.RemoveAll(sent => ReachMessage.TryRead(sent.Datagram, out var message) && message.Type != ReachMessageType.Refused);
        _introducer.Outgoing.Clear();
    }

    private int Register(Endpoint from, byte[] token, byte[]? key = null)
    {
        Span<byte> datagram = stackalloc byte[ReachMessage.MaxDatagram];
        var size = new ReachMessage { Type = ReachMessageType.Register, Key = key ?? new byte[ReachMessage.KeySize], Token = token, Number = 7 }.Write(datagram);
        _introducer.Core.Receive(_scene.Now, from, datagram[..size]);
        return size;
    }
}
