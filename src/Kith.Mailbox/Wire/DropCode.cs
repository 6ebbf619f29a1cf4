namespace Kith.Mailbox.Wire;

/// <summary>What became of what was asked of a holder (docs/protocol/mailbox.md, "Frames").</summary>
public enum DropCode : byte
{
    /// <summary>It is done.</summary>
    Done = 0,

    /// <summary>The holder is full.</summary>
    Full = 1,

    /// <summary>The box is full.</summary>
    BoxFull = 2,

    /// <summary>The share of the asker's prefix is used up.</summary>
    ShareUsedUp = 3,

    /// <summary>The size is that of no chunk.</summary>
    Size = 4,

    /// <summary>The expiry is past, or too far ahead.</summary>
    Expiry = 5,

    /// <summary>A signature or a hash does not hold.</summary>
    Signature = 6,

    /// <summary>It was deleted already.</summary>
    Deleted = 7,

    /// <summary>Work is wanted.</summary>
    WorkWanted = 8,

    /// <summary>Busy: later, please.</summary>
    Busy = 9,

    /// <summary>The disk failed.</summary>
    Disk = 10,

    /// <summary>The node offers no room.</summary>
    NoRoom = 11,

    /// <summary>The price of the box is not paid.</summary>
    Price = 12,

    /// <summary>Malformed.</summary>
    Malformed = 13,

    /// <summary>Whoever passes on does not know that node as a holder.</summary>
    Unknown = 14,

    /// <summary>The holder that it was passed on to does not answer, or no more.</summary>
    Silent = 15,
}
