namespace Kith.Mailbox;

/// <summary>The limits of drops; docs/protocol/mailbox.md lists them.</summary>
public static class MailboxLimits
{
    /// <summary>Largest chunk, bytes (specification).</summary>
    public const int MaxChunk = 16 << 10;

    /// <summary>Smallest chunk, bytes (specification); sizes are powers of two.</summary>
    public const int MinChunk = 1 << 10;

    /// <summary>How long a holder keeps an entry at most (specification).</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Holders of a box (specification).</summary>
    public const int Holders = 6;

    /// <summary>Holders whose acknowledgement makes a message stored (specification).</summary>
    public const int Enough = 4;

    /// <summary>Holders that a reader asks (specification).</summary>
    public const int Asked = 12;

    /// <summary>Parcels that wait to be put, in all (implementation).</summary>
    public const int WaitingParcels = 16_384;

    /// <summary>Room offered unless set, bytes (implementation).</summary>
    public const long DefaultRoom = 256L << 20;
}
