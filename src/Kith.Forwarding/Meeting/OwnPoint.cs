using Kith.Forwarding.Directory;
using Kith.Wire;

namespace Kith.Forwarding.Meeting;

/// <summary>A node at which contacts meet us.</summary>
internal sealed class OwnPoint(ForwarderDescriptor node)
{
    public ForwarderDescriptor Node { get; set; } = node;

    public Dictionary<AccountId, OwnHandle> Handles { get; } = [];

    /// <summary>The number of the packet to ourselves that is under way; null when none is.</summary>
    public ulong? Probe { get; set; }

    /// <summary>Until when it is waited for, or when the next goes out.</summary>
    public long ProbeAt { get; set; }

    /// <summary>When something last came by it, or it was taken.</summary>
    public long HeardAt { get; set; }

    /// <summary>Whether it is of an earlier run, and no packet to ourselves has come by it in this one.</summary>
    public bool IsUnproved { get; set; }

    /// <summary>So many were lost one after the other.</summary>
    public int ProbesLost { get; set; }
}
