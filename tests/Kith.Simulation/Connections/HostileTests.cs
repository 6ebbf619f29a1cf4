using Kith.Transport;
using Kith.Transport.Connections;
using Kith.Transport.Frames;
using Kith.Wire;

namespace Kith.Simulation.Connections;

/// <summary>A peer with good keys and bad manners: what it costs is bounded, and at worst its own session ends with a code.</summary>
public sealed class HostileTests
{
    [Fact]
    public void AcknowledgesWhatWasNeverSent_IsClosed() => HostileWorld.Run((peer, world) =>
    {
        peer.Core.Acknowledge((ulong)peer.Core.Largest + 1000, 0);
        world.ExpectClosed(SessionErrorCode.RecordInvalid);
    });

    [Fact]
    public void AcknowledgesEverythingBeforeItComes_IsFound() => HostileWorld.Run((peer, world) =>
    {
        // RFC 9000 section 21.4: a range over everything takes a number in that was left out.
        world.Victim.Do((node, _) => node.Transfer(4_000_000));
        for (var i = 0; i < 2000 && peer.Core.Closed is null; i++)
        {
            world.Network.Run(5);
            peer.Core.Acknowledge((ulong)peer.Core.Largest, (ulong)peer.Core.Largest);
        }

        world.ExpectClosed(SessionErrorCode.RecordInvalid);
    });

    [Fact]
    public void OpensStreamsWithoutEnd_IsClosed() => HostileWorld.Run((peer, world) =>
    {
        for (ulong i = 0; i < 200; i++)
        {
            var id = i << 1;
            peer.Core.Send((ref FrameWriter writer) => writer.TryWriteOpen(id, IncomingBytes.Kind));
        }

        world.Network.Run(100);
        Assert.InRange(world.Victim.Core.Incoming.Count, 1, SessionLimits.MaxStreams);
        world.ExpectClosed(SessionErrorCode.StreamLimit);
    });

    [Fact]
    public void OpensAStreamFarAhead_IsClosed() => HostileWorld.Run((peer, world) =>
    {
        peer.Core.SendRaw([(byte)FrameType.StreamAtLength, .. HostilePeer.Number(VarInt.MaxValue - 1), 0, 1, 7]);
        world.ExpectClosed(SessionErrorCode.StreamLimit);
    });

    [Theory]
    [InlineData(1UL << 40)]
    [InlineData((1UL << 62) - 2)]
    public void SendsBeyondFlowControl_IsClosed(ulong offset) => HostileWorld.Run((peer, world) =>
    {
        peer.Core.SendRaw([(byte)FrameType.StreamAtLength, 0, .. HostilePeer.Number(offset), 1, 7]);
        world.ExpectClosed(SessionErrorCode.FlowControl);
    });

    [Fact]
    public void SendsOnlyEverySecondByte_StaysWithinTheWindow() => HostileWorld.Run((peer, world) =>
    {
        // Holes without end: each frame a gap of its own, all inside the window.
        for (ulong i = 0; i < 20_000 && peer.Core.Closed is null; i++)
        {
            var offset = (2 * i) + 1;
            peer.Core.SendRaw([(byte)FrameType.StreamAtLength, 0, .. HostilePeer.Number(offset), 1, 7]);
            if (i % 500 == 0)
                world.Network.Run(10);
        }

        world.ExpectClosed(SessionErrorCode.FlowControl);
    });

    [Fact]
    public void ChangesTheSizeOfAStream_IsClosed() => HostileWorld.Run((peer, world) =>
    {
        peer.Core.SendRaw([(byte)FrameType.StreamAtLengthFin, 0, 0, 1, 7]);
        peer.Core.SendRaw([(byte)FrameType.StreamAtLength, 0, 5, 1, 7]);
        world.ExpectClosed(SessionErrorCode.FinalSize);
    });

    [Fact]
    public void UnknownFrame_IsClosed() => HostileWorld.Run((peer, world) =>
    {
        peer.Core.SendRaw([0x3f]);
        world.ExpectClosed(SessionErrorCode.FrameEncoding);
    });

    [Fact]
    public void PacketWithoutAFrame_IsClosed() => HostileWorld.Run((peer, world) =>
    {
        peer.Core.SendRaw([]);
        world.ExpectClosed(SessionErrorCode.RecordInvalid);
    });

    [Theory]
    [InlineData(false, 120_000)] // the first window, and probes that come ever later
    [InlineData(true, 2_000_000)] // the path answers, so it counts as alive each time
    public void NeverAcknowledges_WhatIsOnItsWayStaysBounded(bool answersChallenges, long most) => HostileWorld.Run((peer, world) =>
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
    public void FloodsPings_AnswersAreFewerThanPings() => HostileWorld.Run((peer, world) =>
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
    public void ReplayedPackets_CountOnce() => HostileWorld.Run((peer, world) =>
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
    public void GapsWithoutEnd_RangesStayBoundedAndOldNumbersAreRefused() => HostileWorld.Run((peer, world) =>
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
}
