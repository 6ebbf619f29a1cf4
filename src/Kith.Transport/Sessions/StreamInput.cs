using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Kith.Transport.Sessions;

/// <summary>
/// A stream's receiving end: the pipe's reader, and word to the session of what was consumed. After an abnormal end everything that was received
/// is still read first; the read after that throws.
/// </summary>
internal sealed class StreamInput(SessionStream stream, IStreamOwner owner) : PipeReader
{
    private ReadOnlySequence<byte> _buffer;
    private bool _isLast; // the buffer is everything that there will be, and the reader was not told so
    private bool _sawAll; // and it has looked at all of it
    private bool _completed;

    private PipeReader Inner => stream.Receive.Pipe.Reader;

    public override bool TryRead(out ReadResult result)
    {
        if (!Inner.TryRead(out result))
            return false;
        result = Noted(result);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = Inner.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully ? new ValueTask<ReadResult>(Noted(read.Result)) : WaitAsync(read);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var bytes = _buffer.Slice(0, consumed).Length;
        _sawAll = _isLast && _buffer.Slice(examined).IsEmpty;
        _buffer = default;
        Inner.AdvanceTo(consumed, examined);
        if (bytes > 0)
            owner.OnConsumed(stream, bytes);
    }

    public override void CancelPendingRead() => Inner.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        if (_completed)
            return;
        _completed = true;
        _buffer = default;
        Inner.Complete();
        owner.OnInputCompleted(stream, StreamOutput.CodeOf(exception));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> read) => Noted(await read.ConfigureAwait(false));

    private ReadResult Noted(ReadResult result)
    {
        _buffer = result.Buffer;
        if (!result.IsCompleted || stream.InputError is not { } error)
            return result;
        if (result.Buffer.IsEmpty || _sawAll)
        {
            // The read has to be ended, or the pipe takes the next one for a second read at once.
            Inner.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
            throw error;
        }

        _isLast = true;
        return new ReadResult(result.Buffer, result.IsCanceled, isCompleted: false);
    }
}
