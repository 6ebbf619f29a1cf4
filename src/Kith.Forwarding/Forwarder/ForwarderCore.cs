using Kith.Forwarding.Keys;
using Kith.Forwarding.Sphinx;

namespace Kith.Forwarding.Forwarder;

/// <summary>
/// A forwarder without I/O: takes packets, keeps each for the delay that its sender drew, and gives out what is due. All of it is in memory and bounded; what does not fit is refused and counted. Not for several
/// threads; the costly part, <see cref="PacketProcessor"/>, may be done elsewhere first and brought to <see cref="Accept"/>.
/// </summary>
/// <param name="keys">The node's keys; advanced by whoever runs the core.</param>
/// <param name="options">What the node takes upon itself.</param>
public sealed class ForwarderCore(ForwardingKeys keys, ForwarderOptions options)
{
    private readonly PriorityQueue<Waiting, (long Due, long Order)> _waiting = new();
    private readonly SourceAllowance _allowance = new(options.Rate, options.SourceRate, ForwarderOptions.MaxSources);
    private long _order;

    /// <summary>What it did so far.</summary>
    public ForwarderCounts Counts { get; } = new();

    /// <summary>Whether packets of others are forwarded. What waits already goes out in any case.</summary>
    public bool Forwards { get; set; } = options.Forwards;

    /// <summary>Packets that wait for their delay.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>When <see cref="Advance"/> has something to do, unix milliseconds; null when nothing waits.</summary>
    public long? NextAt => _waiting.TryPeek(out _, out var first) ? first.Due : null;

    /// <summary>Takes a packet, all in one: <see cref="Admit"/>, <see cref="PacketProcessor.Process(ForwardingKey, Span{byte})"/>, <see cref="Accept"/>.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="source">Who sent it, as a number of the host's: the prefix of the session's address, or 0 for this node's own.</param>
    /// <param name="packet">What came; the core owns the array from then on.</param>
    /// <param name="effects">Takes what follows.</param>
    public void Take(long now, ulong source, byte[] packet, ForwarderEffects effects)
    {
        if (Admit(now, source, packet) is { } key)
            Accept(now, PacketProcessor.Process(key, packet), packet, effects);
    }

    /// <summary>Whether a packet is worth a key agreement, and under which key; null when it was refused.</summary>
    public ForwardingKey? Admit(long now, ulong source, ReadOnlySpan<byte> packet)
    {
        Counts.Came++;
        var refusal = PacketProcessor.TryFindKey(keys, packet, out var key);
        if (refusal == PacketRefusal.None && !_allowance.MayTake(now, source))
            refusal = PacketRefusal.TooManyFromOne;
        if (refusal == PacketRefusal.None && !_allowance.MayTakeAny(now))
            refusal = PacketRefusal.TooMany;
        if (refusal == PacketRefusal.None)
            return key;
        Counts.Refuse(refusal);
        return null;
    }

    /// <summary>Takes what processing found.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="processed">What was found.</param>
    /// <param name="packet">The packet as processing left it; the core owns the array from then on.</param>
    /// <param name="effects">Takes what follows.</param>
    public void Accept(long now, ProcessedPacket processed, byte[] packet, ForwarderEffects effects)
    {
        var refusal = processed.Refusal;
        effects.IsKeySpent |= refusal == PacketRefusal.TagsFull;
        if (refusal == PacketRefusal.None && !Forwards && (processed.IsForwarded || processed.Command == HopCommand.Meet))
            refusal = PacketRefusal.NotForwarding;
        if (refusal != PacketRefusal.None)
        {
            Counts.Refuse(refusal);
            return;
        }

        switch (processed.Command)
        {
            case HopCommand.Message:
                Counts.Ended++;
                effects.Messages.Add(packet[^SphinxFormat.BodySize..]);
                break;
            case HopCommand.Reply:
                Counts.Ended++;
                effects.Replies.Add(new RepliedPayload(processed.Reply, packet[^SphinxFormat.PayloadSize..]));
                break;
            default:
                Wait(now, processed, packet, effects);
                break;
        }
    }

    /// <summary>Gives out what is due.</summary>
    public void Advance(long now, ForwarderEffects effects)
    {
        while (_waiting.TryPeek(out var waiting, out var at) && at.Due <= now)
        {
            _waiting.Dequeue();
            Release(waiting, effects);
        }

        // A clock that was set back far: nothing waits longer than a sender can ask for.
        if (_waiting.TryPeek(out _, out var next) && next.Due > now + SphinxFormat.MaxDelay)
        {
            while (_waiting.TryDequeue(out var waiting, out _))
                Release(waiting, effects);
        }
    }

    private void Wait(long now, in ProcessedPacket processed, byte[] packet, ForwarderEffects effects)
    {
        var waiting = new Waiting(processed, packet);
        if (processed.Delay == 0)
            Release(waiting, effects);
        else if (_waiting.Count >= options.Waiting)
            Counts.Refuse(PacketRefusal.QueueFull);
        else
            _waiting.Enqueue(waiting, (now + processed.Delay, _order++));
    }

    private void Release(in Waiting waiting, ForwarderEffects effects)
    {
        if (waiting.Processed.IsForwarded)
        {
            Counts.Forwarded++;
            effects.Send.Add(new PacketToSend(waiting.Processed.Next, waiting.Packet));
        }
        else
        {
            Counts.Met++;
            effects.Met.Add(new MetPayload(waiting.Processed.Handle, waiting.Packet[^SphinxFormat.PayloadSize..]));
        }
    }

    private readonly record struct Waiting(ProcessedPacket Processed, byte[] Packet);
}
