using Kith.Crypto;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;

namespace Kith.Forwarding.Cover;

/// <summary>What cover traffic needs of the world.</summary>
public interface ICoverWorld
{
    /// <summary>Hands a packet to its first forwarder. It may get lost.</summary>
    void Send(long now, OutgoingPacket packet);
}

/// <summary>
/// Packets that say nothing (docs/protocol/paths.md, "Cover"): loops that come back to us by a reply block of our own, and dummies that end at some forwarder, each at moments of a Poisson process, so that whoever watches our line does not
/// see which packets are messages. Off unless the user wants them. Without I/O, for one thread at a time; times are unix milliseconds.
/// </summary>
public sealed class CoverCore(ICoverWorld world, PacketMaker packets, IRandom random)
{
    /// <summary>The most packets of each kind in a minute.</summary>
    public const int MaxPerMinute = 600;

    private const double Minute = 60_000;

    private int _loops;
    private int _dummies;
    private long _loopAt = long.MaxValue;
    private long _dummyAt = long.MaxValue;

    /// <summary>Loops that left.</summary>
    public long LoopsSent { get; private set; }

    /// <summary>Loops that came back.</summary>
    public long LoopsBack { get; private set; }

    /// <summary>Dummies that left.</summary>
    public long DummiesSent { get; private set; }

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline => Math.Min(_loopAt, _dummyAt);

    /// <summary>Sets how many of each leave in a minute, in the mean; 0 for none.</summary>
    public void Set(long now, int loops, int dummies)
    {
        (_loops, _dummies) = (Math.Clamp(loops, 0, MaxPerMinute), Math.Clamp(dummies, 0, MaxPerMinute));
        (_loopAt, _dummyAt) = (Next(now, _loops), Next(now, _dummies));
    }

    /// <summary>A loop has come back.</summary>
    public void Back() => LoopsBack++;

    /// <summary>Sends what is due.</summary>
    public void Tick(long now)
    {
        if (_loopAt <= now)
        {
            Loop(now);
            _loopAt = Next(now, _loops);
        }

        if (_dummyAt <= now)
        {
            Dummy(now);
            _dummyAt = Next(now, _dummies);
        }
    }

    private void Loop(long now)
    {
        if (packets.Draw(now, packets.Forwarders, new PathExclusions()) is not { } path
            || packets.MakeReplyBlock(now, new PathExclusions(), new ReplyUse(ReplyKind.Loop, default, (ulong)LoopsSent + 1)) is not { } made)
            return;
        LoopsSent++;
        var body = new Meeting.ReplyMessage(made.Bytes, random.NextBytes(Wire.MessageId.Size)).ToArray();
        world.Send(now, packets.ToService(now, [.. path.Take(path.Count - 1)], path[^1].Descriptor, body));
    }

    private void Dummy(long now)
    {
        if (packets.Draw(now, packets.Forwarders, new PathExclusions()) is not { } path)
            return;
        DummiesSent++;
        world.Send(now, packets.ToService(now, [.. path.Take(path.Count - 1)], path[^1].Descriptor, new Meeting.DummyMessage().ToArray()));
    }

    private long Next(long now, int perMinute)
    {
        if (perMinute == 0)
            return long.MaxValue;
        return now + 1 + (long)RandomDelay.Draw(random, (double)Minute / perMinute);
    }
}
