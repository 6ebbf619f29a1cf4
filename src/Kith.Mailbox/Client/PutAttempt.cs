using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Client;

/// <summary>One holder that is given a batch.</summary>
internal sealed class PutAttempt(HolderHandle holder, int[] indexes, long bytes)
{
    public HolderHandle Holder { get; } = holder;

    /// <summary>Which chunks of the batch it is given.</summary>
    public int[] Indexes { get; } = indexes;

    /// <summary>Bytes of those.</summary>
    public long Bytes { get; } = bytes;

    public long Ticket { get; set; }

    public long AskedAt { get; set; }

    /// <summary>From when on another holder is asked in its place, unix milliseconds.</summary>
    public long SilentAt { get; set; }

    /// <summary>Another one was asked in its place; its answer is still welcome.</summary>
    public bool IsSilent { get; set; }

    public bool IsOver { get; set; }

    /// <summary>It has all that it was given.</summary>
    public bool HasAll { get; set; }

    public int WorkTries { get; set; }

    /// <summary>What it refused with, or why it did not answer.</summary>
    public DropCode Code { get; set; }

    /// <summary>Whether it counts as one that has or will have the batch.</summary>
    public bool Counts => HasAll || (!IsOver && !IsSilent);
}
