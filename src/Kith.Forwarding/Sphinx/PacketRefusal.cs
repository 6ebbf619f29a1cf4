namespace Kith.Forwarding.Sphinx;

/// <summary>Why a packet went no further. Whoever sent it is told nothing; the node counts.</summary>
public enum PacketRefusal
{
    /// <summary>It was not refused.</summary>
    None,

    /// <summary>It has not the one size. Costs nothing.</summary>
    WrongSize,

    /// <summary>It is of another version. Costs nothing.</summary>
    WrongVersion,

    /// <summary>It is for a key that the node has not, or has no more. Costs nothing.</summary>
    UnknownKey,

    /// <summary>Its group element has small order. Costs a key agreement at most.</summary>
    SmallOrder,

    /// <summary>Its header was altered, or is not for this node. Costs a key agreement.</summary>
    BadMac,

    /// <summary>It came before. Costs a key agreement.</summary>
    Replayed,

    /// <summary>Its tag cannot be noted: its key has taken as many packets as it may.</summary>
    TagsFull,

    /// <summary>Its tag cannot be noted: the disk does not take it.</summary>
    TagsFailed,

    /// <summary>Its layer says what no sender writes.</summary>
    BadLayer,

    /// <summary>Its payload was altered.</summary>
    BadPayload,

    /// <summary>The node forwards nothing for others.</summary>
    NotForwarding,

    /// <summary>More came than the node takes at all. Costs nothing.</summary>
    TooMany,

    /// <summary>More came from there than the node takes from one. Costs nothing.</summary>
    TooManyFromOne,

    /// <summary>As many wait for their delay as may.</summary>
    QueueFull,
}
