namespace Kith.Overlay.Reach;

/// <summary>What a message says (docs/protocol/reach.md, "Messages").</summary>
internal enum ReachMessageType : byte
{
    /// <summary>Not read.</summary>
    None = 0,

    /// <summary>Node to introducer: keep me under the handle of this key.</summary>
    Register = 1,

    /// <summary>Introducer: say it again with this token, which proves your address.</summary>
    Challenge = 2,

    /// <summary>Introducer: kept, and what you should know of me.</summary>
    Registered = 3,

    /// <summary>Node to introducer: forget me.</summary>
    Unregister = 4,

    /// <summary>Introducer: no, and why.</summary>
    Refused = 5,

    /// <summary>Caller to introducer: for the node of this handle.</summary>
    Call = 6,

    /// <summary>The same, introducer to node.</summary>
    Calling = 7,

    /// <summary>Node to introducer: the answer.</summary>
    Answer = 8,

    /// <summary>The same, introducer to caller.</summary>
    Answered = 9,

    /// <summary>Introducer to caller: it cannot be passed on, and why.</summary>
    CallRefused = 10,
}

/// <summary>Why an introducer refuses.</summary>
public enum ReachRefusal : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It keeps as many registrations as it may.</summary>
    Full = 1,

    /// <summary>It keeps as many of this network as it may.</summary>
    Prefix = 2,

    /// <summary>Asked too often.</summary>
    Rate = 3,

    /// <summary>Nobody is registered there under the handle.</summary>
    UnknownHandle = 4,
}
