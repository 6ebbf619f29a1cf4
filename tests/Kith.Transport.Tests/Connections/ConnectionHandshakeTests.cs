using Kith.Crypto;
using Kith.Transport.Connections;
using Kith.Transport.Frames;
using Kith.Wire;

namespace Kith.Transport.Tests.Connections;

public sealed class ConnectionHandshakeTests
{
    private static readonly Endpoint Elsewhere = Endpoint.FromIPv4(0xc6336401, 7);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Handshake_BothSides_KnowEachOther(bool knowsKey, bool isSwarm)
    {
        using var swarm = isSwarm ? SecretBytes.Generate(SystemRandom.Instance, 32) : null;
        using var pair = new ConnectionPair(knowsKey, callerSwarm: swarm, calledSwarm: swarm);
        pair.RunUntil(() => pair.Caller.IsEstablished && pair.Called.IsEstablished, TimeSpan.FromSeconds(1));
        Assert.Equal(ConnectionState.Open, pair.Caller.Core.State);
        Assert.Equal(ConnectionState.Open, pair.Called.Core.State);
        Assert.Equal(pair.Called.Key.PublicKey, pair.Caller.Core.RemoteKey);
        Assert.Equal(pair.Caller.Key.PublicKey, pair.Called.Core.RemoteKey);
        Assert.Equal(pair.Caller.Core.HandshakeHash.ToArray(), pair.Called.Core.HandshakeHash.ToArray());
        Assert.True(pair.Caller.Core.IsInitiator);
        Assert.False(pair.Called.Core.IsInitiator);
        Assert.Equal(1200, pair.Sent[0].Datagram.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Handshake_AThirdOfEverythingLost_Completes(bool knowsKey)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            using var pair = new ConnectionPair(knowsKey, ConnectionOptions.Default with { HandshakeTimeout = TimeSpan.FromMinutes(1) });
            var random = new Random(seed);
            pair.Filter = (_, _, datagram) => random.Next(3) == 0 ? null : datagram;
            pair.RunUntil(() => pair.Caller.IsEstablished && pair.Called.IsEstablished, TimeSpan.FromSeconds(60));
            Assert.Single(pair.Called.Connections);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FirstInitialLost_WhatIsLostNextIsSaidAgainSoon(bool byCaller)
    {
        // With nothing known of the round trip but what RFC 9002 assumes, it takes a second.
        using var pair = new ConnectionPair();
        var drops = 1;
        pair.Filter = (_, _, datagram) => drops-- > 0 ? null : datagram;
        pair.RunUntil(() => pair.Caller.IsEstablished && pair.Called.IsEstablished);
        var side = byCaller ? pair.Caller : pair.Called;
        var timeout = side.Core.ProbeTimeout!.Value;
        Assert.InRange(timeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(byCaller ? 750 : 100));
    }

    [Fact]
    public void Handshake_NobodyThere_EndsAsUnreachable()
    {
        using var pair = new ConnectionPair();
        pair.Filter = static (_, _, _) => null;
        pair.RunUntil(() => pair.Caller.Ended.Count == 1);
        Assert.Equal(SessionErrorCode.Unreachable, pair.Caller.Ended[0].Close!.Code);
        Assert.InRange(pair.Sent.Count, 5, 9); // with waits that double
    }

    [Fact]
    public void Handshake_AnotherNodesKey_IsRefusedAsWrongKey()
    {
        using var other = X25519PrivateKey.Generate(SystemRandom.Instance);
        using var pair = new ConnectionPair(wanted: other.PublicKey);
        pair.RunUntil(() => pair.Caller.Ended.Count == 1);
        Assert.Equal(SessionErrorCode.WrongKey, pair.Caller.Ended[0].Close!.Code);
        Assert.Empty(pair.Called.Connections);
    }

    [Fact]
    public void Handshake_OneOfTwoCandidatesRefuses_TheOtherIsTaken()
    {
        using var pair = new ConnectionPair();
        pair.Caller.Core.Try(pair.Now, Elsewhere);
        using var other = new ConnectionSide("198.51.100.1:7");
        pair.Filter = (from, to, datagram) =>
        {
            if (to == Elsewhere && other.Receive(pair.Now, from, datagram) is { } answer)
                pair.Inject(Elsewhere, from, answer);
            return datagram;
        };
        pair.RunUntil(() => pair.Caller.IsEstablished);
        Assert.Equal(pair.Called.Endpoint, pair.Caller.Core.Path);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Handshake_SwarmsDiffer_IsMetWithSilence(bool callerHas, bool isKnown)
    {
        using var one = SecretBytes.Generate(SystemRandom.Instance, 32);
        using var other = SecretBytes.Generate(SystemRandom.Instance, 32);
        using var pair = new ConnectionPair(isKnown, callerSwarm: callerHas ? one : null, calledSwarm: other);
        pair.RunUntil(() => pair.Caller.Ended.Count == 1);
        Assert.Equal(SessionErrorCode.Unreachable, pair.Caller.Ended[0].Close!.Code);
        Assert.All(pair.Sent, sent => Assert.Equal(pair.Caller.Endpoint, sent.From));
    }

    [Fact]
    public void Swarm_StrangePacket_IsMetWithSilence()
    {
        using var swarm = SecretBytes.Generate(SystemRandom.Instance, 32);
        using var called = new ConnectionSide("192.0.2.2:4002", swarm: swarm);
        var packet = StreamIo.Bytes(100);
        packet[0] = 0x41;
        Assert.Null(called.Receive(TimeSpan.Zero, Elsewhere, packet));
    }

    [Fact]
    public void Initial_OfAnotherVersion_IsRefusedInElevenBytes()
    {
        using var called = new ConnectionSide("192.0.2.2:4002");
        using var caller = new RawCaller(called, version: 9);
        var answer = called.Receive(caller.Now, caller.From, caller.Initial)!;
        Assert.True(RefusalPacket.TryRead(answer, out var code, out var version));
        Assert.Equal((SessionErrorCode.VersionMismatch, ConnectionLimits.Version), (code, version));
        Assert.Equal(11, answer.Length);
    }

    [Fact]
    public void Initial_ShorterThan1200_IsDropped()
    {
        using var called = new ConnectionSide("192.0.2.2:4002");
        using var caller = new RawCaller(called);
        Assert.Null(called.Receive(caller.Now, caller.From, caller.Initial.AsSpan(0, 1199)));
        Assert.Empty(called.Connections);
    }

    [Fact]
    public void Initial_AnyByteChanged_BeginsNothing()
    {
        using var called = new ConnectionSide("192.0.2.2:4002");
        using var caller = new RawCaller(called);
        for (var at = 0; at < 1200 - 16; at += at < 300 ? 1 : 37)
        {
            byte[] changed = [.. caller.Initial];
            changed[at] ^= 1;
            called.Receive(caller.Now, caller.From, changed);
            Assert.Empty(called.Connections);
        }
    }

    [Fact]
    public void Initial_Copied_GetsTheSameResponseAndNoSecondConnection()
    {
        using var called = new ConnectionSide("192.0.2.2:4002");
        using var caller = new RawCaller(called);
        var first = called.Receive(caller.Now, caller.From, caller.Initial);
        var second = called.Receive(caller.Now, Elsewhere, caller.Initial);
        Assert.Equal(first, second);
        Assert.Single(called.Connections);
        Assert.True(3 * 1200 > first!.Length);
    }

    [Fact]
    public void Initial_Replayed_LeavesNothingBehind()
    {
        using var called = new ConnectionSide("192.0.2.2:4002");
        using var caller = new RawCaller(called);
        called.Receive(caller.Now, Elsewhere, caller.Initial);
        Assert.Equal(ConnectionState.HalfOpen, called.Core.State);
        Assert.Equal(1, called.Table.Pending);
        called.Tick(caller.Now + TimeSpan.FromSeconds(11));
        Assert.Empty(called.Connections);
        Assert.Equal(0, called.Table.Pending);
        Assert.False(called.IsEstablished);
    }

    [Fact]
    public void Address_ThatTheResponseNeverWentTo_IsNotTakenAsProved()
    {
        using var called = new ConnectionSide("192.0.2.2:4002");
        using var caller = new RawCaller(called);
        caller.TakeResponse(called.Receive(caller.Now, caller.From, caller.Initial)!);
        caller.From = Elsewhere;
        caller.Send([(byte)FrameType.Ping]);
        Assert.False(called.Core.Paths.Single(static path => path.IsActive).IsValidated);
        var answers = caller.Read();
        Assert.True(answers.Sum(static one => one.Size) <= 3 * 40);
    }

    [Fact]
    public void Response_Forged_DoesNotEndTheCall()
    {
        using var pair = new ConnectionPair();
        pair.Filter = (from, to, datagram) =>
        {
            if (datagram[0] == 0xc1)
            {
                byte[] forged = [.. datagram];
                forged[60] ^= 1;
                pair.Inject(from, to, forged);
                byte[] otherId = [.. datagram];
                otherId[12] ^= 1; // the responder's id, which only the payload proves
                pair.Inject(from, to, otherId);
            }

            return datagram;
        };
        pair.RunUntil(() => pair.Caller.IsEstablished && pair.Called.IsEstablished, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Response_FromAnAddressThatWasNotTried_ProvesItselfFirst(bool isReal)
    {
        using var pair = new ConnectionPair();
        pair.Filter = (from, to, datagram) =>
        {
            // A NAT that has another port for each destination; or somebody who copies the Response from an address where nobody is.
            if (from == pair.Called.Endpoint && (isReal || datagram[0] == 0xc1))
            {
                pair.Inject(Elsewhere, to, datagram);
                return null;
            }

            if (to == Elsewhere && isReal)
                pair.Inject(from, pair.Called.Endpoint, datagram);
            return datagram;
        };
        pair.RunUntil(() => pair.Caller.IsEstablished);
        pair.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(isReal, pair.Called.IsEstablished);
        Assert.Equal(isReal, pair.Caller.Core.Paths.Single(static path => path.IsActive).IsValidated);
        if (!isReal)
            Assert.InRange(pair.Sent.Where(static sent => sent.To == Elsewhere).Sum(static sent => sent.Datagram.Length), 1, 3 * 400);
    }

    [Fact]
    public void Handshake_CopiesByTwoPaths_TheResponderMayAnswerAtLength()
    {
        using var called = new ConnectionSide("192.0.2.2:4002");
        using var pair = new ConnectionPair(wanted: called.Key.PublicKey);
        pair.Caller.Core.Try(pair.Now, called.Endpoint);
        var initial = pair.Caller.Send(pair.Now).First().Datagram;
        var response = called.Receive(pair.Now, pair.Caller.Endpoint, initial)!;
        called.Receive(pair.Now, Elsewhere, initial);
        pair.Caller.Receive(pair.Now, called.Endpoint, response);
        var first = pair.Caller.Send(pair.Now).First().Datagram;
        Assert.Equal(1200, first.Length);
        called.Receive(pair.Now, pair.Caller.Endpoint, first);
        Assert.True(called.IsEstablished);
        Assert.Equal(1200, called.Send(pair.Now).First().Datagram.Length); // a whole challenge
    }

    [Fact]
    public void Final_Forged_DoesNotEndTheHandshake()
    {
        using var pair = new ConnectionPair(knowsKey: false);
        var isForged = false;
        pair.Filter = (_, _, datagram) =>
        {
            if (datagram[0] == 0xc2 && !isForged)
            {
                isForged = true;
                datagram[40] ^= 1;
            }

            return datagram;
        };
        pair.RunUntil(() => pair.Caller.IsEstablished && pair.Called.IsEstablished, TimeSpan.FromSeconds(5));
        Assert.True(isForged);
    }

    [Fact]
    public void Load_OverTheLimit_AsksForACookieBeforeAnythingIsComputed()
    {
        using var pair = new ConnectionPair(options: ConnectionOptions.Default with { CookiePending = 0 });
        pair.RunUntil(() => pair.Caller.IsEstablished && pair.Called.IsEstablished, TimeSpan.FromSeconds(1));
        Assert.Contains(pair.Sent, static sent => sent.Datagram[0] == 0xc3 && sent.Datagram.Length == 65);
        Assert.Equal(1, pair.Called.Table.Counters.CookiesAsked);
    }

    [Fact]
    public void Cookie_OfAnotherAddressOrTooOld_ProvesNothing()
    {
        using var called = new ConnectionSide("192.0.2.2:4002", ConnectionOptions.Default with { CookiePending = 0 });
        using var caller = new RawCaller(called);
        var packet = called.Receive(caller.Now, caller.From, caller.Initial)!;
        var cookie = new byte[Cookies.Size];
        Assert.True(Cookies.TryRead(packet, caller.Macs, InitialPacket.FirstMac(caller.Initial), cookie));
        Cookies.Sign(cookie, caller.Initial);
        called.Receive(caller.Now, Elsewhere, caller.Initial);
        Assert.Empty(called.Connections);
        called.Receive(caller.Now + TimeSpan.FromMinutes(5), caller.From, caller.Initial);
        Assert.Empty(called.Connections);
        using var again = new RawCaller(called) { Now = caller.Now + TimeSpan.FromMinutes(5) };
        packet = called.Receive(again.Now, again.From, again.Initial)!;
        Assert.False(Cookies.TryRead(packet, again.Macs, InitialPacket.FirstMac(caller.Initial), cookie)); // another Initial's
        Assert.True(Cookies.TryRead(packet, again.Macs, InitialPacket.FirstMac(again.Initial), cookie));
        Cookies.Sign(cookie, again.Initial);
        called.Receive(again.Now + TimeSpan.FromMinutes(1), again.From, again.Initial);
        Assert.Single(called.Connections);
    }

    [Fact]
    public void Pending_FromOneAddress_IsBounded()
    {
        using var called = new ConnectionSide("192.0.2.2:4002", ConnectionOptions.Default with { MaxPendingPerAddress = 3 });
        for (var i = 0; i < 5; i++)
        {
            using var caller = new ConnectionPair(wanted: called.Key.PublicKey);
            var (_, datagram) = caller.Caller.Send(caller.Now).First();
            called.Receive(caller.Now, caller.Caller.Endpoint, datagram);
        }

        Assert.Equal(3, called.Connections.Count);
        Assert.Equal(2, called.Table.Counters.Crowded);
    }

    [Fact]
    public void Sessions_AsManyAsMayBe_FurtherOnesGetBusy()
    {
        using var called = new ConnectionSide("192.0.2.2:4002", ConnectionOptions.Default with { MaxSessions = 0 });
        using var caller = new RawCaller(called);
        caller.TakeResponse(called.Receive(caller.Now, caller.From, caller.Initial)!);
        caller.Send([(byte)FrameType.Ping]);
        Assert.Equal(SessionErrorCode.Busy, caller.ReadClose());
        Assert.False(called.IsEstablished);
    }

    [Fact]
    public void Candidates_BeyondTheLimit_AreLeftOut()
    {
        using var pair = new ConnectionPair();
        for (ushort port = 1; port < 100; port++)
            pair.Caller.Core.Try(pair.Now, Elsewhere.WithPort(port));
        Assert.Equal(ConnectionLimits.MaxCandidates, pair.Caller.Send(pair.Now).Count());
    }
}
