namespace Kith.Forwarding.Meeting;

/// <summary>What came to our meeting points.</summary>
public sealed class MeetingArrivals
{
    /// <summary>Pieces of messages.</summary>
    public long Pieces { get; internal set; }

    /// <summary>Packets of our own.</summary>
    public long Loops { get; internal set; }

    /// <summary>What came for a handle that is ours no more.</summary>
    public long Unknown { get; internal set; }

    /// <summary>What no contact has sealed, or somebody altered.</summary>
    public long Broken { get; internal set; }

    /// <summary>Reply blocks that were laid out.</summary>
    public long Stocked { get; internal set; }
}
