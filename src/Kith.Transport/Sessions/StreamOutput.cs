using System.IO.Pipelines;

namespace Kith.Transport.Sessions;

/// <summary>A stream's sending end: the pipe's writer, and word to the session that there is something to send.</summary>
internal sealed class StreamOutput(SessionStream stream, IStreamOwner owner) : PipeWriter
{
    private bool _completed;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => Inner.UnflushedBytes;

    private PipeWriter Inner => stream.Send.Pipe.Writer;

    public static ulong CodeOf(Exception? exception) =>
        exception is StreamException { Code: var code } ? code : SessionStream.CancelledCode;

    public override Memory<byte> GetMemory(int sizeHint = 0) => Inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Inner.GetSpan(sizeHint);

    public override void Advance(int bytes) => Inner.Advance(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (stream.OutputError is { } error)
            return ValueTask.FromException<FlushResult>(error);
        var flush = Inner.FlushAsync(cancellationToken);
        owner.OnFlushed(stream);
        return flush;
    }

    public override void CancelPendingFlush() => Inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        if (_completed)
            return;
        _completed = true;
        Inner.Complete();
        if (exception is null)
            owner.OnFlushed(stream);
        else
            owner.OnOutputReset(stream, CodeOf(exception));
    }
}
