namespace Kith.Transport.Connections;

/// <summary>What a stream needs where packets get lost and come in any order (RFC 9000 sections 2.2 and 3), beside its two halves.</summary>
internal sealed class StreamTransfer
{
    // Sending. Bytes are taken from the pipe into Unacknowledged and stay there until the other side has them.

    /// <summary>What was taken from the pipe and is not acknowledged.</summary>
    public StreamChunks Unacknowledged { get; } = new();

    /// <summary>How far the pipe was emptied.</summary>
    public ulong Taken { get; set; }

    /// <summary>The room above has ended its output, and all of it is taken.</summary>
    public bool IsEndTaken { get; set; }

    /// <summary>What the other side has.</summary>
    public RangeSet Acknowledged { get; } = new();

    /// <summary>Without a gap up to here.</summary>
    public ulong AcknowledgedTo { get; set; }

    /// <summary>What was lost, to send again.</summary>
    public RangeSet Lost { get; } = new();

    /// <summary>The end was lost, to send again.</summary>
    public bool IsEndLost { get; set; }

    public bool IsEndAcknowledged { get; set; }

    public bool IsResetSent { get; set; }

    public bool IsResetAcknowledged { get; set; }

    /// <summary>OPEN_STREAM is to be sent.</summary>
    public bool IsOpenPending { get; set; }

    // Receiving.

    /// <summary>What came before something that precedes it.</summary>
    public StreamChunks Ahead { get; } = new();

    /// <summary>Where that lies.</summary>
    public RangeSet AheadRanges { get; } = new();

    /// <summary>One past the highest offset that came.</summary>
    public ulong Highest { get; set; }

    /// <summary>The size of the whole, once the end or a reset came.</summary>
    public ulong? FinalSize { get; set; }

    /// <summary>The kind is known, and the room above has the stream.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>When the window was last raised; how long a window lasts says whether it is too small.</summary>
    public TimeSpan RaisedAt { get; set; }

    /// <summary>The sender has nothing left to do: all was acknowledged.</summary>
    public bool IsDelivered => IsResetAcknowledged || (IsEndAcknowledged && AcknowledgedTo == Taken);

    public void Release()
    {
        Unacknowledged.Clear();
        Ahead.Clear();
        AheadRanges.Clear();
        Lost.Clear();
    }
}
