using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Wire;

/// <summary>The limits of frames (specification; docs/protocol/mailbox.md, "Limits").</summary>
public static class WireLimits
{
    /// <summary>The version of HELLO and WELCOME.</summary>
    public const byte Version = 1;

    /// <summary>Longest body of any frame, bytes.</summary>
    public const int MaxFrame = 1 << 20;

    /// <summary>Longest body of a frame that holds another one sealed and padded, bytes.</summary>
    public const int MaxSealedFrame = MaxFrame + (4 << 10);

    /// <summary>Longest body of HELLO, DELETE and AUDIT, bytes.</summary>
    public const int MaxSmallFrame = 64 << 10;

    /// <summary>Entries in a PUT.</summary>
    public const int MaxPut = 64;

    /// <summary>Hashes in a READ.</summary>
    public const int MaxRead = 256;

    /// <summary>Deletes in a DELETE.</summary>
    public const int MaxDelete = 256;

    /// <summary>Hashes in an AUDIT.</summary>
    public const int MaxAudit = 256;

    /// <summary>Entries in an ENTRIES.</summary>
    public const int MaxEntries = 4096;

    /// <summary>Holders in a FOUND.</summary>
    public const int MaxFound = 64;

    /// <summary>Requests under way on a stream.</summary>
    public const int MaxUnderWay = 32;

    /// <summary>Bytes of a challenge.</summary>
    public const int ChallengeSize = 16;

    /// <summary>Bytes that chunks with their entries may take in a PUT: what its head leaves of a frame.</summary>
    public const int MaxPutBytes = MaxFrame - PutHead;

    /// <summary>Bytes of chunks that a READ may ask for at most: what entries leave of a frame.</summary>
    public const int MaxReadBytes = 3 << 18;

    /// <summary>The code that a stream ends with when a frame cannot be read.</summary>
    public const ulong MalformedStream = 1;

    /// <summary>The code that a stream ends with when a frame is too long.</summary>
    public const ulong TooLongStream = 2;

    /// <summary>The code that a stream ends with at more requests than allowed.</summary>
    public const ulong TooManyStream = 3;

    private const int PutHead = sizeof(ulong) + PublicBox.Size + ChallengeSize + sizeof(ulong) + sizeof(ushort);

    /// <summary>Longest body of a frame of this type, bytes; 0 for what is no type.</summary>
    public static int MaxBody(FrameType type) => type switch
    {
        FrameType.Hello or FrameType.Welcome or FrameType.Delete or FrameType.DeleteDone or FrameType.Audit or FrameType.AuditDone
            or FrameType.Find or FrameType.Found => MaxSmallFrame,
        FrameType.Put or FrameType.PutDone or FrameType.Read or FrameType.Entries => MaxFrame,
        FrameType.Pass or FrameType.Passed or FrameType.Sealed or FrameType.SealedDone => MaxSealedFrame,
        FrameType.End => sizeof(ulong),
        _ => 0,
    };
}
