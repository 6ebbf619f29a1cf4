namespace Kith.Simulation.Network;

/// <summary>What became of all datagrams so far.</summary>
public sealed class NetworkCounters
{
    /// <summary>Sent by cores.</summary>
    public long Sent { get; internal set; }

    /// <summary>Bytes sent by cores.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>Given to cores.</summary>
    public long Delivered { get; internal set; }

    /// <summary>Lost on the way.</summary>
    public long Lost { get; internal set; }

    /// <summary>Arrived twice.</summary>
    public long Duplicated { get; internal set; }

    /// <summary>Stopped by a NAT: no mapping, filtered, no hairpin.</summary>
    public long StoppedByNat { get; internal set; }

    /// <summary>Between sides of a partition.</summary>
    public long Parted { get; internal set; }

    /// <summary>To where nobody is: left, never there, or an inner address from outside.</summary>
    public long Unreachable { get; internal set; }

    /// <summary>Too large to travel in one piece.</summary>
    public long Oversized { get; internal set; }

    /// <summary>Deadlines that cores were called for.</summary>
    public long Ticks { get; internal set; }

    /// <summary>Events taken from the queue: arrivals, deadlines (outdated ones too) and actions.</summary>
    public long Events { get; internal set; }
}
