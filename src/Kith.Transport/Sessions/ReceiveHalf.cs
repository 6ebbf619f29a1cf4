using System.IO.Pipelines;

namespace Kith.Transport.Sessions;

/// <summary>The receiving side of a stream (RFC 9000 section 3.2). Everything but the pipe is guarded by the session's lock.</summary>
internal sealed class ReceiveHalf(ulong window)
{
    /// <summary>
    /// What was received and is not read. It never pauses its writer: flow control bounds it. The reader is continued inline, on the session's
    /// reader loop, outside the lock.
    /// </summary>
    public Pipe Pipe { get; } = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 0,
        resumeWriterThreshold: 0,
        useSynchronizationContext: false));

    /// <summary>What the sender may have unread here, bytes. It grows only where round trips are long.</summary>
    public ulong Window { get; set; } = window;

    /// <summary>Bytes received.</summary>
    public ulong Offset { get; set; }

    /// <summary>Bytes that the room above has read, or that were dropped for it.</summary>
    public ulong Consumed { get; set; }

    /// <summary>Bytes that the sender was allowed.</summary>
    public ulong Limit { get; set; } = window;

    /// <summary>A new limit is to be sent.</summary>
    public bool LimitPending { get; set; }

    /// <summary>The sender has ended or reset its direction.</summary>
    public bool IsEnded { get; set; }

    /// <summary>The room above does not read any more, or has read everything.</summary>
    public bool IsDone { get; set; }

    /// <summary>A request to stop, to send.</summary>
    public ulong? PendingStop { get; set; }

    /// <summary>The pipe has bytes that its reader was not told of. Effects only.</summary>
    public bool WakePending { get; set; }
}
