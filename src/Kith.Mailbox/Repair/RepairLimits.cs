namespace Kith.Mailbox.Repair;

/// <summary>What repair may cost (implementation; docs/protocol/mailbox.md lists it).</summary>
internal static class RepairLimits
{
    /// <summary>Boxes looked after at once; further ones wait their turn.</summary>
    public const int Looks = 8;

    /// <summary>Between the beginnings of two looks, milliseconds: fifty a second.</summary>
    public const long LookPeriod = 20;

    /// <summary>Entries of a box audited at one look.</summary>
    public const int Entries = 256;

    /// <summary>Of those, how many digests are checked: each costs reading a chunk from the disk.</summary>
    public const int Checked = 8;

    /// <summary>Bytes of chunks in one PUT.</summary>
    public const int PutBytes = 256 << 10;

    /// <summary>Chunks given away that are remembered of a box.</summary>
    public const int Given = 1_024;

    /// <summary>Boxes read from the store at once after the start.</summary>
    public const int Loaded = 512;
}
