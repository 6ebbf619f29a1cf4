using System.IO.Pipelines;

namespace Kith.Transport.Sessions;

/// <summary>The sending side of a stream (RFC 9000 section 3.1). Everything but the pipe is guarded by the session's lock.</summary>
internal sealed class SendHalf(ulong limit)
{
    /// <summary>What the room above wrote and is not sent. A writer that waits is continued on the pool: the sender holds the session's lock.</summary>
    public Pipe Pipe { get; } = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.ThreadPool,
        pauseWriterThreshold: SessionLimits.SendBuffer,
        resumeWriterThreshold: SessionLimits.SendBuffer / 2,
        useSynchronizationContext: false));

    /// <summary>Bytes sent.</summary>
    public ulong Offset { get; set; }

    /// <summary>Bytes that the receiver allows.</summary>
    public ulong Limit { get; set; } = limit;

    /// <summary>In the queue of streams with something to send.</summary>
    public bool IsReady { get; set; }

    /// <summary>The end or a reset has been sent: nothing more may follow.</summary>
    public bool IsEnded { get; set; }

    /// <summary>A reset to send, in place of what is buffered.</summary>
    public ulong? PendingReset { get; set; }

    /// <summary>The pipe's reader has been completed: nothing is taken from it any more.</summary>
    public bool IsReleased { get; private set; }

    /// <summary>Bytes may still be sent.</summary>
    public bool IsOpen => !IsEnded && PendingReset is null;

    /// <summary>Gives the buffer back; a waiting writer sees the error.</summary>
    public void Release(Exception? error)
    {
        if (IsReleased)
            return;
        IsReleased = true;
        Pipe.Reader.Complete(error);
    }
}
