namespace Kith.Overlay.Relay;

/// <summary>What a control message says (docs/protocol/relay.md, "Messages").</summary>
internal enum RelayMessageType : byte
{
    /// <summary>Not read.</summary>
    None = 0,

    /// <summary>Caller to relay: a circuit to whoever has this handle.</summary>
    Open = 1,

    /// <summary>Relay: say it again with this token, which proves your address.</summary>
    Challenge = 2,

    /// <summary>Relay to receiver: somebody asks for a circuit to you.</summary>
    Offer = 3,

    /// <summary>Receiver to relay: yes, and here is a token that proves yours.</summary>
    Accept = 4,

    /// <summary>Relay to caller, or receiver to relay: no, and why.</summary>
    Refuse = 5,

    /// <summary>Relay to both: the circuit is there.</summary>
    Opened = 6,

    /// <summary>An end to the relay: still here, at the address that this comes from.</summary>
    Keep = 7,

    /// <summary>The answer.</summary>
    Kept = 8,

    /// <summary>Either way: the circuit has ended, and why.</summary>
    Close = 9,

    /// <summary>Relay: a packet of this circuit came from another address than it is kept at.</summary>
    Moved = 10,
}
