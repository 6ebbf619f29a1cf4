using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Repair;

/// <summary>What is remembered of a box that is looked after.</summary>
internal sealed class BoxCare(BoxAddress address)
{
    public BoxAddress Address { get; } = address;

    /// <summary>The pause before the next look.</summary>
    public TimeSpan Pause { get; set; } = RepairPolicy.FirstPause;

    /// <summary>When that is, unix milliseconds.</summary>
    public long LookAt { get; set; }

    /// <summary>Whether something was wrong at the last look, or an entry is new: all are audited.</summary>
    public bool IsWary { get; set; } = true;

    /// <summary>Whether a look is under way.</summary>
    public bool IsLooking { get; set; }

    /// <summary>Whether something came in while it was.</summary>
    public bool HasNews { get; set; }

    /// <summary>Where the next look begins in a box with more entries than are audited at once.</summary>
    public long After { get; set; }

    /// <summary>Who took chunks of us that it lacked; null for nobody. Whoever lacks them again has thrown them away.</summary>
    public HashSet<(Endpoint Holder, ChunkHash Chunk)>? Given { get; set; }
}
