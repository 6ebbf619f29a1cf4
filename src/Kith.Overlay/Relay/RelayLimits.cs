namespace Kith.Overlay.Relay;

/// <summary>The limits of relaying (docs/protocol/relay.md, "Limits"); times are milliseconds.</summary>
public static class RelayLimits
{
    // Specification.

    /// <summary>The first byte of a data packet; a circuit's id and the packet follow.</summary>
    public const byte DataByte = 0x20;

    /// <summary>Bytes before the packet: the first byte and the circuit's id.</summary>
    public const int DataHeaderSize = 1 + sizeof(ulong);

    /// <summary>Bytes of a handle.</summary>
    public const int HandleSize = 16;

    /// <summary>A circuit that nothing goes through for so long ends.</summary>
    public const long IdleTime = 60_000;

    /// <summary>A circuit ends after so long, unless it is renewed.</summary>
    public const long MaxTime = 60 * 60 * 1000;

    /// <summary>An end of a circuit says that it is there so often, and keeps its NAT awake with it.</summary>
    public const long KeepInterval = 10_000;

    // Implementation: the relay.

    /// <summary>Circuits carried.</summary>
    public const int MaxServed = 400;

    /// <summary>Of these, up to so many are renewed when their time is over: beyond it others get their turn.</summary>
    public const int MaxRenewed = 300;

    /// <summary>Circuits of callers of one prefix; not where both are on our own network.</summary>
    public const int MaxPerPrefix = 16;

    /// <summary>Circuits to one registrant.</summary>
    public const int MaxPerRegistrant = 32;

    /// <summary>Circuits that are being opened.</summary>
    public const int MaxPending = 128;

    /// <summary>Circuits that are being opened to one registrant.</summary>
    public const int MaxPendingPerRegistrant = 4;

    /// <summary>Proven requests for circuits, from all: so many at once …</summary>
    public const int AskBurst = 256;

    /// <summary>… and then so many a second.</summary>
    public const int AsksPerSecond = 64;

    /// <summary>The same from one prefix: so many at once …</summary>
    public const int PrefixAskBurst = 16;

    /// <summary>… and then so many a second.</summary>
    public const int PrefixAsksPerSecond = 2;

    /// <summary>Prefixes whose requests are counted; of more the counting begins anew.</summary>
    public const int MaxCountedPrefixes = 1024;

    /// <summary>How long the receiver has to answer.</summary>
    public const long AnswerTime = 5_000;

    /// <summary>Bytes a second through one circuit, both ways together; twice as many at once.</summary>
    public const int BytesPerSecond = 1 << 20;

    /// <summary>Bytes a second through all circuits; twice as many at once.</summary>
    public const int TotalBytesPerSecond = 16 << 20;

    /// <summary>Packets a second through one circuit; twice as many at once.</summary>
    public const int PacketsPerSecond = 2_000;

    /// <summary>Between two words to an unproven address about one circuit.</summary>
    public const long MovedInterval = 1_000;

    // Implementation: the ends.

    /// <summary>Circuits that end here, of both directions.</summary>
    public const int MaxUsed = 64;

    /// <summary>Of these, circuits that others opened, through one relay.</summary>
    public const int MaxIncomingPerRelay = 32;

    /// <summary>Circuits that we are opening.</summary>
    public const int MaxOpening = 32;

    /// <summary>How long a relay has to answer with a circuit or a refusal.</summary>
    public const long OpenTime = 8_000;

    /// <summary>Between the first two times that something is said which is not answered; then twice as long each time, up to <see cref="MaxRetry"/>.</summary>
    public const long FirstRetry = 400;

    /// <summary>See <see cref="FirstRetry"/>.</summary>
    public const long MaxRetry = 3_000;

    /// <summary>A relay that answers nothing for so long after it was asked is gone.</summary>
    public const long SilentTime = 7_000;

    /// <summary>Renewal is asked for when so much time is left.</summary>
    public const long RenewBefore = 5 * 60 * 1000;

    /// <summary>Bytes a second taken from a circuit; twice as many at once. What a relay sends beyond is dropped unread.</summary>
    public const int TakenBytesPerSecond = 4 << 20;

    /// <summary>Packets a second taken from a circuit; twice as many at once.</summary>
    public const int TakenPacketsPerSecond = 8_000;

    /// <summary>The longest packet that goes through: what is left of a full Ethernet frame over IPv6.</summary>
    public const int MaxPacket = 1452 - DataHeaderSize;

    /// <summary>Between two looks at what has ended.</summary>
    internal const long SweepInterval = 1_000;
}
