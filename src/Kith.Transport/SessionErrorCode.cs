namespace Kith.Transport;

/// <summary>Why a session ended or did not come about; docs/protocol/session.md, "Codes". Rooms above use codes from <see cref="FirstApplicationCode"/>.</summary>
public enum SessionErrorCode : uint
{
    /// <summary>Nothing is wrong; the session is not needed any more.</summary>
    None = 0x00,

    /// <summary>The node that says so has a fault of its own.</summary>
    Internal = 0x01,

    /// <summary>The node holds as many sessions as it may.</summary>
    Busy = 0x02,

    /// <summary>More data than the receiver allowed.</summary>
    FlowControl = 0x03,

    /// <summary>More streams than the receiver allowed.</summary>
    StreamLimit = 0x04,

    /// <summary>A frame for a stream that is not in a state for it.</summary>
    StreamState = 0x05,

    /// <summary>A stream's final size differs from what was received.</summary>
    FinalSize = 0x06,

    /// <summary>A frame that cannot be read.</summary>
    FrameEncoding = 0x07,

    /// <summary>A record that is too short, too long or not authentic.</summary>
    RecordInvalid = 0x08,

    /// <summary>A better session between the same two nodes has taken over.</summary>
    Superseded = 0x09,

    /// <summary>The node is stopping.</summary>
    ShuttingDown = 0x0a,

    /// <summary>Nothing came from the other side for too long.</summary>
    TimedOut = 0x0b,

    /// <summary>What answered, or called, does not speak this protocol.</summary>
    NotKith = 0x20,

    /// <summary>The other side speaks another version.</summary>
    VersionMismatch = 0x21,

    /// <summary>The other side does not take this handshake: it belongs to a private swarm and we do not, or the other way round.</summary>
    PatternRefused = 0x22,

    /// <summary>The handshake does not verify.</summary>
    HandshakeFailed = 0x23,

    /// <summary>The node at the address is not the one that was meant.</summary>
    WrongKey = 0x24,

    /// <summary>The handshake took too long.</summary>
    HandshakeTimedOut = 0x25,

    /// <summary>A handshake message over its limit.</summary>
    HandshakeTooLarge = 0x26,

    /// <summary>The other side closed without an answer: it does not take the connection, or does not know the swarm key. Never on the wire.</summary>
    Refused = 0x40,

    /// <summary>Nobody could be reached at the address. Never on the wire.</summary>
    Unreachable = 0x41,

    /// <summary>The connection below broke. Never on the wire.</summary>
    ConnectionLost = 0x42,

    /// <summary>The first code that belongs to the rooms above.</summary>
    FirstApplicationCode = 0x100,
}
