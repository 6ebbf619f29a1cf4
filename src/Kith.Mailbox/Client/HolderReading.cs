namespace Kith.Mailbox.Client;

/// <summary>One holder of one box, as its reader sees it.</summary>
internal sealed class HolderReading(HolderHandle holder)
{
    public HolderHandle Holder { get; set; } = holder;

    /// <summary>The highest place that it told.</summary>
    public long After { get; set; }

    /// <summary>The request by which it tells news; 0 when it does not.</summary>
    public long Watch { get; set; }

    /// <summary>Whether its news, or the list under way, bring the chunks.</summary>
    public bool BringsChunks { get; set; }

    /// <summary>Whether a list is under way.</summary>
    public bool IsListing { get; set; }

    /// <summary>Chunks that it lists and that were not had yet.</summary>
    public int Open { get; set; }

    /// <summary>Chunks that it alone listed and did not have.</summary>
    public int Ghosts { get; set; }

    /// <summary>Nothing it lists is believed.</summary>
    public bool IsLiar { get; set; }
}
