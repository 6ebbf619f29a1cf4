namespace Kith.Mailbox.Wire;

/// <summary>The frames of a stream to a holder; requests have odd numbers, each answer the one after its request's; END has none (docs/protocol/mailbox.md, "Frames").</summary>
public enum FrameType : byte
{
    /// <summary>None; never sent.</summary>
    None = 0,

    /// <summary>Asks what a holder offers.</summary>
    Hello = 1,

    /// <summary>What a holder offers.</summary>
    Welcome = 2,

    /// <summary>Puts entries with their chunks.</summary>
    Put = 3,

    /// <summary>What became of each.</summary>
    PutDone = 4,

    /// <summary>Lists or fetches.</summary>
    Read = 5,

    /// <summary>What there is.</summary>
    Entries = 6,

    /// <summary>Deletes.</summary>
    Delete = 7,

    /// <summary>What became of each.</summary>
    DeleteDone = 8,

    /// <summary>Asks for a proof that chunks are kept.</summary>
    Audit = 9,

    /// <summary>The proofs.</summary>
    AuditDone = 10,

    /// <summary>Asks to pass a sealed request on.</summary>
    Pass = 11,

    /// <summary>The sealed answer.</summary>
    Passed = 12,

    /// <summary>A sealed request that somebody passes on.</summary>
    Sealed = 13,

    /// <summary>The sealed answer to it.</summary>
    SealedDone = 14,

    /// <summary>Nothing more is wanted of a PASS or SEALED that goes on; never answered.</summary>
    End = 15,

    /// <summary>Asks which holders there are in a part of the network.</summary>
    Find = 17,

    /// <summary>Those that are known.</summary>
    Found = 18,
}
