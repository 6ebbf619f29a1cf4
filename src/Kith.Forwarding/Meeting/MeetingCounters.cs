namespace Kith.Forwarding.Meeting;

/// <summary>What a meeting point did.</summary>
public sealed class MeetingCounters
{
    /// <summary>Packets handed on.</summary>
    public long Delivered { get; internal set; }

    /// <summary>Reply blocks left here.</summary>
    public long Stocked { get; internal set; }

    /// <summary>Answers sent for others.</summary>
    public long Replies { get; internal set; }

    /// <summary>Packets for handles that nobody has.</summary>
    public long Unknown { get; internal set; }

    /// <summary>Packets for which no reply block came in time.</summary>
    public long Dropped { get; internal set; }

    /// <summary>What there was no room for.</summary>
    public long Refused { get; internal set; }

    /// <summary>Packets that asked for nothing that is done here.</summary>
    public long Malformed { get; internal set; }
}
