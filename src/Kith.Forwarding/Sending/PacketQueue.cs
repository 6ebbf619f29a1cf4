namespace Kith.Forwarding.Sending;

/// <summary>Lets packets leave evenly: a burst, then so many a second, so that a long message does not overflow the first forwarder's queue. Bounded by who adds (<see cref="SendingLimits.MaxQueued"/>).</summary>
internal sealed class PacketQueue
{
    private readonly Queue<OutgoingPacket> _packets = new();
    private double _tokens = SendingLimits.Burst;
    private long _filledAt;

    /// <summary>Packets that wait.</summary>
    public int Count => _packets.Count;

    /// <summary>When the next may leave.</summary>
    public long NextDeadline => _packets.Count == 0 ? long.MaxValue : _tokens >= 1 ? 0 : _filledAt + 1;

    /// <summary>Adds one.</summary>
    public void Add(OutgoingPacket packet) => _packets.Enqueue(packet);

    /// <summary>Lets those leave whose time has come.</summary>
    public void Drain(long now, Action<long, OutgoingPacket> leave)
    {
        if (now > _filledAt)
        {
            _tokens = Math.Min(SendingLimits.Burst, _tokens + ((now - _filledAt) * SendingLimits.PerSecond / 1000.0));
            _filledAt = now;
        }

        while (_tokens >= 1 && _packets.TryDequeue(out var packet))
        {
            _tokens--;
            leave(now, packet);
        }
    }
}
