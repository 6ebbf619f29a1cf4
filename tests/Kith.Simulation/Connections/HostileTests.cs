using System.Runtime.CompilerServices;
using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Transport.Connections;
using Kith.Transport.Frames;
using Kith.Wire;

namespace Kith.Simulation.Connections;

/// <summary>A peer with good keys and bad manners, and strangers without keys: what they cost is bounded, and at worst their own session ends with a code.</summary>
public sealed class HostileTests
{
    private static readonly LinkQuality Link = new(5, 5);

    [Fact]
    public void AcknowledgesWhatWasNeverSent_IsClosed() => Against((peer, world) =>
    {
        peer.Core.Acknowledge((ulong)peer.Core.Largest + 1000, 0);
        ExpectClosed(peer, world, SessionErrorCode.RecordInvalid);
    });

    [Fact]
    public void AcknowledgesEverythingBeforeItComes_IsFound() => Against((peer, world) =>
    {
        // RFC 9000 section 21.4: a range over everything takes a number in that was left out.
        world.Victim.Do((node, _) => node.Transfer(4_000_000));
        for (var i = 0; i < 2000 && peer.Core.Closed is null; i++)
        {
            world.Network.Run(5);
            peer.Core.Acknowledge((ulong)peer.Core.Largest, (ulong)peer.Core.Largest);
        }

        ExpectClosed(peer, world, SessionErrorCode.RecordInvalid);
    });

    [Fact]
    public void OpensStreamsWithoutEnd_IsClosed() => Against((peer, world) =>
    {
        for (ulong i = 0; i < 200; i++)
        {
            var id = i << 1;
            peer.Core.Send((ref FrameWriter writer) => writer.TryWriteOpen(id, IncomingBytes.Kind));
        }

        world.Network.Run(100);
        Assert.InRange(world.Victim.Core.Incoming.Count, 1, SessionLimits.MaxStreams);
        ExpectClosed(peer, world, SessionErrorCode.StreamLimit);
    });

    [Fact]
    public void OpensAStreamFarAhead_IsClosed() => Against((peer, world) =>
    {
        peer.Core.SendRaw([(byte)FrameType.StreamAtLength, .. HostilePeer.Number(VarInt.MaxValue - 1), 0, 1, 7]);
        ExpectClosed(peer, world, SessionErrorCode.StreamLimit);
    });

    [Theory]
    [InlineData(1UL << 40)]
    [InlineData((1UL << 62) - 2)]
    public void SendsBeyondFlowControl_IsClosed(ulong offset) => Against((peer, world) =>
    {
        peer.Core.SendRaw([(byte)FrameType.StreamAtLength, 0, .. HostilePeer.Number(offset), 1, 7]);
        ExpectClosed(peer, world, SessionErrorCode.FlowControl);
    });

    [Fact]
    public void SendsOnlyEverySecondByte_StaysWithinTheWindow() => Against((peer, world) =>
    {
        // Holes without end: each frame a gap of its own, all inside the window.
        for (ulong i = 0; i < 20_000 && peer.Core.Closed is null; i++)
        {
            var offset = (2 * i) + 1;
            peer.Core.SendRaw([(byte)FrameType.StreamAtLength, 0, .. HostilePeer.Number(offset), 1, 7]);
            if (i % 500 == 0)
                world.Network.Run(10);
        }

        ExpectClosed(peer, world, SessionErrorCode.FlowControl);
    });

    [Fact]
    public void ChangesTheSizeOfAStream_IsClosed() => Against((peer, world) =>
    {
        peer.Core.SendRaw([(byte)FrameType.StreamAtLengthFin, 0, 0, 1, 7]);
        peer.Core.SendRaw([(byte)FrameType.StreamAtLength, 0, 5, 1, 7]);
        ExpectClosed(peer, world, SessionErrorCode.FinalSize);
    });

    [Fact]
    public void UnknownFrame_IsClosed() => Against((peer, world) =>
    {
        peer.Core.SendRaw([0x3f]);
        ExpectClosed(peer, world, SessionErrorCode.FrameEncoding);
    });

    [Fact]
    public void PacketWithoutAFrame_IsClosed() => Against((peer, world) =>
    {
        peer.Core.SendRaw([]);
        ExpectClosed(peer, world, SessionErrorCode.RecordInvalid);
    });

    [Theory]
    [InlineData(false, 120_000)] // the first window, and probes that come ever later
    [InlineData(true, 2_000_000)] // the path answers, so it counts as alive each time
    public void NeverAcknowledges_WhatIsOnItsWayStaysBounded(bool answersChallenges, long most) => Against((peer, world) =>
    {
        peer.Core.AnswersChallenges = answersChallenges;
        world.Victim.Do((node, _) => node.Transfer(50_000_000));
        var heard = peer.Core.BytesHeard;
        for (var i = 0; i < 60; i++)
        {
            world.Network.Run(1_000);
            peer.Core.Send((ref FrameWriter writer) => writer.PadTo(4)); // alive, and asks for nothing
        }

        Assert.InRange(peer.Core.BytesHeard - heard, 1, most);
        Assert.Single(world.Victim.Core.Connections);
        Assert.InRange(world.Victim.Core.Outgoing[0].Written, 0, 3 * SessionLimits.SendBuffer);
    });

    [Fact]
    public void FloodsPings_AnswersAreFewerThanPings() => Against((peer, world) =>
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (sent, heard) = (world.Network.Counters.BytesSent, peer.Core.BytesHeard);
        for (var i = 0; i < 20_000; i++)
        {
            peer.Core.Ping();
            if (i % 100 == 0)
                world.Network.Run(1);
        }

        world.Network.Run(100);
        Assert.InRange(peer.Core.BytesHeard - heard, 1, world.Network.Counters.BytesSent - sent);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4_000_000);
        Assert.Single(world.Victim.Core.Connections);
    });

    [Fact]
    public void FloodsPathChallenges_AnswersAreBounded() => Against((peer, world) =>
    {
        var answers = peer.Core.Heard.GetValueOrDefault(FrameType.PathResponse);
        for (ulong i = 0; i < 500; i++)
        {
            var data = i;
            peer.Core.Send((ref FrameWriter writer) =>
            {
                for (var j = 0; j < 100; j++)
                    _ = writer.TryWriteProbe(FrameType.PathChallenge, data);
            });
            if (i % 10 == 0)
                world.Network.Run(1);
        }

        world.Network.Run(1_000);
        // At most so many wait at a time: of a hundred in a packet most are passed over.
        Assert.InRange(peer.Core.Heard[FrameType.PathResponse] - answers, 1, 500 * ConnectionLimits.MaxPendingResponses);
        Assert.Single(world.Victim.Core.Connections);
    });

    [Fact]
    public void FloodsConnectionIds_IsClosed() => Against((peer, world) =>
    {
        for (ulong i = 1; i < 100; i++)
        {
            var sequence = i;
            peer.Core.Send((ref FrameWriter writer) => writer.TryWriteNewConnectionId(sequence, 0, sequence, new UInt128(3, sequence)));
        }

        ExpectClosed(peer, world, SessionErrorCode.StreamLimit);
    });

    [Fact]
    public void RetiresItsIdsAgainAndAgain_WhatWaitsStaysBounded() => Against((peer, world) =>
    {
        // Each one makes a RETIRE_CONNECTION_ID necessary that is never acknowledged (RFC 9000 section 19.15).
        for (ulong i = 1; i < 1_000 && peer.Core.Closed is null; i++)
        {
            var sequence = i;
            peer.Core.Send((ref FrameWriter writer) => writer.TryWriteNewConnectionId(sequence, sequence, sequence, new UInt128(3, sequence)));
            world.Network.Run(2);
        }

        world.Network.Run(1_000);
        var isClosed = peer.Core.Closed is not null;
        Assert.True(isClosed || world.Victim.Core.Connections.Count == 1);
        if (isClosed)
            Assert.Equal(SessionErrorCode.StreamLimit, peer.Core.Closed);
    });

    [Fact]
    public void RetiresOurIdsAgainAndAgain_TheTableStaysBounded() => Against((peer, world) =>
    {
        for (ulong i = 0; i < 1_000 && peer.Core.Closed is null; i++)
        {
            var sequence = i;
            peer.Core.Send((ref FrameWriter writer) => writer.TryWriteRetireConnectionId(sequence));
            world.Network.Run(2);
        }

        world.Network.Run(1_000);
        Assert.InRange(world.Victim.Core.Connections.Count, 0, 1);
    });

    [Fact]
    public void MovesToAVictimsAddress_TheVictimGetsAtMostThreeTimesWhatCameFromThere() => Against((peer, world) =>
    {
        var bystander = world.Network.Add(_ => new SilentCore());
        peer.Core.AnswersChallenges = false;
        world.Victim.Do((node, _) => node.Transfer(10_000_000));
        world.Network.Run(50);
        peer.Core.Acknowledge((ulong)peer.Core.Largest, 0);
        world.Network.Run(50);
        var spoofed = 0L;
        for (var i = 0; i < 20; i++)
        {
            // As if from the bystander's address: acknowledging, so that the window opens.
            var ack = peer.Core.Seal((ref FrameWriter writer) => writer.TryWritePing());
            spoofed += ack.Length;
            bystander.Send(world.Victim.Address, ack);
            world.Network.Run(100);
        }

        world.Network.Run(1_000);
        Assert.InRange(bystander.Core.BytesHeard, 0, 3 * spoofed);
        var heard = bystander.Core.BytesHeard;
        var ticks = world.Network.Counters.Ticks;
        world.Network.Run(60_000);
        // What may not be sent must not keep the timer busy either.
        Assert.InRange(world.Network.Counters.Ticks - ticks, 0, 500);
        Assert.InRange(bystander.Core.BytesHeard - heard, 0, 3 * spoofed - heard);
    });

    [Fact]
    public void FirstPacketFromAVictimsAddress_ThatGetsLittleAndTheTimerRests() => SimulationRun.Under(seed =>
    {
        using var world = new HostileWorld(seed, confirm: false);
        var bystander = world.Network.Add(_ => new SilentCore());
        world.Peer.Core.AnswersChallenges = false;
        var packet = world.Peer.Core.Seal((ref FrameWriter writer) => writer.TryWritePing());
        bystander.Send(world.Victim.Address, packet);
        world.Network.Run(50);
        Assert.True(world.Victim.Core.IsEstablished);
        world.Victim.Do((node, _) => node.Transfer(1_000_000));
        var ticks = world.Network.Counters.Ticks;
        world.Network.Run(44_000);
        Assert.InRange(bystander.Core.BytesHeard, 0, 3 * packet.Length);
        Assert.InRange(world.Network.Counters.Ticks - ticks, 0, 100);
        world.Network.Run(2_000);
        Assert.Empty(world.Victim.Core.Connections);
    });

    [Fact]
    public void MovesThroughManyAddresses_PathsStayBounded() => Against((peer, world) =>
    {
        for (var i = 0; i < 500; i++)
        {
            peer.Core.Ping();
            world.Network.Run(10);
            peer.Move(world.Network.Addresses.NextPublic());
        }

        if (world.Victim.Core.Connections.Count > 0)
            Assert.InRange(world.Victim.Core.Core.Paths.Count, 1, ConnectionLimits.MaxPaths);
    });

    [Fact]
    public void ReplayedPackets_CountOnce() => Against((peer, world) =>
    {
        peer.Core.Send((ref FrameWriter writer) => writer.TryWriteDatagram("once"u8));
        var packet = peer.Core.Last;
        for (var i = 0; i < 100; i++)
            peer.Send(world.Victim.Address, packet);
        for (var i = 0; i < 1000; i++)
            peer.Core.Ping();
        peer.Send(world.Victim.Address, packet);
        world.Network.Run(100);
        Assert.Single(world.Victim.Core.Datagrams);
        Assert.Equal(101, world.Victim.Core.Table.Counters.Duplicates);
        Assert.Single(world.Victim.Core.Connections);
    });

    [Fact]
    public void GapsWithoutEnd_RangesStayBoundedAndOldNumbersAreRefused() => Against((peer, world) =>
    {
        var first = peer.Core.Next;
        for (var i = 0; i < 2_000; i++)
        {
            peer.Core.Next++;
            peer.Core.Ping();
        }

        world.Network.Run(100);
        peer.Core.Next = first;
        peer.Core.Send((ref FrameWriter writer) => writer.TryWriteDatagram("late"u8));
        world.Network.Run(100);
        Assert.Empty(world.Victim.Core.Datagrams);
        Assert.Single(world.Victim.Core.Connections);
    });

    [Fact]
    public void StrangerFlipsBitsAndCuts_TheSessionGoesOn() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link);
        world.Open();
        var stranger = world.Network.Add(_ => new SilentCore());
        world.Transfer(world.Caller, 500_000);
        world.Transfer(world.Called, 500_000);
        var random = new SimulatedRandom(seed);
        var forged = 0;
        world.Network.Watch = (from, to, datagram) =>
        {
            if (from == stranger)
                return;
            var bytes = datagram.ToArray();
            var size = random.NextBelow(4) == 0 ? random.NextBelow(bytes.Length) : bytes.Length;
            if (size == bytes.Length)
                bytes[random.NextBelow(size)] ^= (byte)(1 << random.NextBelow(8));
            stranger.Send(to, bytes.AsSpan(0, size));
            forged++;
        };
        world.RunUntilWhole(world.Called, 1, 500_000, 60_000);
        world.RunUntilWhole(world.Caller, 1, 500_000, 60_000);
        Assert.InRange(forged, 500, int.MaxValue);
        Assert.Equal(world.Caller.Address, world.Called.Core.Core.Path);
        Assert.Single(world.Called.Core.Core.Paths);
    });

    [Fact]
    public void StrangerSendsResets_TheSessionGoesOn() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link);
        world.Open();
        var stranger = world.Network.Add(_ => new SilentCore());
        for (var i = 0; i < 1_000; i++)
        {
            var reset = new byte[21 + world.Network.Random.NextBelow(30)];
            world.Network.Random.Fill(reset);
            reset[0] = (byte)(0x40 | (reset[0] & 0x1f));
            stranger.Send(world.Called.Address, reset);
        }

        world.Transfer(world.Caller, 10_000);
        world.RunUntilWhole(world.Called, 1, 10_000, 60_000);
        // Those for nobody are answered with resets that are shorter, and not without end.
        Assert.InRange(world.Called.Core.Table.Counters.ResetsSent, 0, 100);
    });

    [Fact]
    public void OtherSideForgotEverything_ItsResetEndsTheSession() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link);
        world.Open();
        world.Network.Run(2_000);
        world.Called.Core.Table.Forget(world.Called.Core.Core);
        var start = world.Network.Now;
        world.Transfer(world.Caller, 1000);
        Assert.True(world.Network.RunUntil(() => world.Caller.Core.Ends.Count > 0, 60_000));
        Assert.Equal(SessionErrorCode.ConnectionLost, world.Caller.Core.Ends[0].Code);
        Assert.InRange(world.Network.Now - start, 10, 1_000);
    });

    [Fact]
    public void InitialsFromManyAddresses_AreAskedForCookies() => SimulationRun.Under(seed =>
    {
        using var world = new ConnectionWorld(seed, Link);
        for (var i = 0; i < 500; i++)
        {
            var peer = world.Network.Add(node => new HostilePeer(node, world.Called.Core, world.Called.Address));
            peer.Core.Call();
        }

        world.Network.Run(50);
        Assert.InRange(world.Called.Core.Table.Pending, 1, 100);
        Assert.InRange(world.Called.Core.Table.Counters.CookiesAsked, 300, 500);
        // Whoever answers the cookie still gets through, once there is room.
        world.Open();
    });

    private static void Against(Action<SimulatedNode<HostilePeer>, HostileWorld> test, [CallerMemberName] string name = "") => SimulationRun.Under(seed =>
    {
        using var world = new HostileWorld(seed);
        test(world.Peer, world);
    }, name);

    private static void ExpectClosed(SimulatedNode<HostilePeer> peer, HostileWorld world, SessionErrorCode code)
    {
        Assert.True(world.Network.RunUntil(() => peer.Core.Closed is not null, 5_000), "the session was not closed");
        Assert.Equal(code, peer.Core.Closed);
        world.Network.Run(10_000);
        Assert.Empty(world.Victim.Core.Connections);
        Assert.True(world.Victim.Core.Table.Counters.ByCode[code] > 0);
    }

    private sealed class HostileWorld : IDisposable
    {
        public HostileWorld(ulong seed, bool confirm = true)
        {
            Network = new SimulatedNetwork(seed, Link);
            Victim = Network.Add(node => new ConnectionNode(node));
            Peer = Network.Add(node => new HostilePeer(node, Victim.Core, Victim.Address));
            Peer.Core.Call();
            Network.Run(50);
            Assert.True(Peer.Core.IsOpen, "no answer to the Initial");
            if (!confirm)
                return;
            Peer.Core.Ping();
            Network.Run(50);
            Assert.True(Victim.Core.IsEstablished);
        }

        public SimulatedNetwork Network { get; }

        public SimulatedNode<ConnectionNode> Victim { get; }

        public SimulatedNode<HostilePeer> Peer { get; }

        public void Dispose()
        {
            Victim.Core.Dispose();
            Peer.Core.Dispose();
        }
    }
}
