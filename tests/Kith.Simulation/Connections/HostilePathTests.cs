using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Transport.Connections;
using Kith.Transport.Frames;
using Kith.Wire;

namespace Kith.Simulation.Connections;

/// <summary>A peer with good keys and bad manners about connection ids, paths and addresses: what it costs is bounded, and others get little for it.</summary>
public sealed class HostilePathTests
{
    [Fact]
    public void FloodsPathChallenges_AnswersAreBounded() => HostileWorld.Run((peer, world) =>
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
    public void FloodsConnectionIds_IsClosed() => HostileWorld.Run((peer, world) =>
    {
        for (ulong i = 1; i < 100; i++)
        {
            var sequence = i;
            peer.Core.Send((ref FrameWriter writer) => writer.TryWriteNewConnectionId(sequence, 0, sequence, new Bits128(3, sequence)));
        }

        world.ExpectClosed(SessionErrorCode.StreamLimit);
    });

    [Fact]
    public void RetiresItsIdsAgainAndAgain_WhatWaitsStaysBounded() => HostileWorld.Run((peer, world) =>
    {
        // Each one makes a RETIRE_CONNECTION_ID necessary that is never acknowledged (RFC 9000 section 19.15).
        for (ulong i = 1; i < 1_000 && peer.Core.Closed is null; i++)
        {
            var sequence = i;
            peer.Core.Send((ref FrameWriter writer) => writer.TryWriteNewConnectionId(sequence, sequence, sequence, new Bits128(3, sequence)));
            world.Network.Run(2);
        }

        world.Network.Run(1_000);
        var isClosed = peer.Core.Closed is not null;
        Assert.True(isClosed || world.Victim.Core.Connections.Count == 1);
        if (isClosed)
            Assert.Equal(SessionErrorCode.StreamLimit, peer.Core.Closed);
    });

    [Fact]
    public void RetiresOurIdsAgainAndAgain_TheTableStaysBounded() => HostileWorld.Run((peer, world) =>
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
    public void MovesToAVictimsAddress_TheVictimGetsAtMostThreeTimesWhatCameFromThere() => HostileWorld.Run((peer, world) =>
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
    public void MovesThroughManyAddresses_PathsStayBounded() => HostileWorld.Run((peer, world) =>
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
}
