using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Client;

/// <summary>What a request of reading is for.</summary>
internal enum AskKind
{
    /// <summary>Lists a box.</summary>
    List,

    /// <summary>Lists it and tells news.</summary>
    Watch,

    /// <summary>Fetches chunks.</summary>
    Fetch,

    /// <summary>Deletes chunks.</summary>
    Delete,
}

/// <summary>A request of reading: waiting, under way, or telling news.</summary>
internal sealed class ReadAsk(AskKind kind, ReadBox box, HolderReading reading, MailboxRequest request)
{
    private bool _isCountedOff;

    public AskKind Kind { get; } = kind;

    public ReadBox Box { get; } = box;

    public HolderReading Reading { get; } = reading;

    public MailboxRequest Request { get; } = request;

    public long Ticket { get; set; }

    public long AskedAt { get; set; }

    /// <summary>The look that a list belongs to.</summary>
    public int Look { get; init; }

    /// <summary>What is fetched or deleted.</summary>
    public List<KnownChunk> Chunks { get; init; } = [];

    /// <summary>Bytes of chunks that it may bring.</summary>
    public long Bytes { get; init; }

    /// <summary>Those bytes the first time, then 0: they are counted off once.</summary>
    public long TakeReserved()
    {
        var bytes = _isCountedOff ? 0 : Bytes;
        _isCountedOff = true;
        return bytes;
    }

    public int Tries { get; init; }

    /// <summary>It was given up waiting for; what comes is still welcome.</summary>
    public bool IsSilent { get; set; }

    /// <summary>It has been answered, or never will be.</summary>
    public bool IsOver { get; set; }

    /// <summary>News has begun: it takes no place among the requests under way.</summary>
    public bool IsStanding { get; set; }
}
