using System.IO.Pipelines;
using System.Net;
using Kith.Transport.Sessions;

namespace Kith.Transport.Tests;

/// <summary>One end of a connection in memory. What it sends can be counted, and what it holds back too.</summary>
internal sealed class MemoryLink : ILink
{
    private readonly PipeReader _incoming;
    private readonly PipeWriter _outgoing;

    private volatile bool _stalled;

    private MemoryLink(PipeReader incoming, PipeWriter outgoing)
    {
        _incoming = incoming;
        _outgoing = outgoing;
    }

    public string Carrier => "memory";

    public EndPoint? RemoteEndPoint => null;

    public IPAddress? LocalAddress => null;

    /// <summary>Bytes sent so far.</summary>
    public long Sent { get; private set; }

    /// <summary>Completes when this end has been closed.</summary>
    public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>This end takes and sends nothing any more, and does not say so: a machine that lost its power.</summary>
    public void Stall() => _stalled = true;

    /// <param name="buffer">What fits between the two ends before a send waits, bytes.</param>
    public static (MemoryLink A, MemoryLink B) Pair(int buffer = 1 << 20)
    {
        var options = new PipeOptions(pauseWriterThreshold: buffer, resumeWriterThreshold: buffer / 2, useSynchronizationContext: false);
        var (one, two) = (new Pipe(options), new Pipe(options));
        return (new MemoryLink(one.Reader, two.Writer), new MemoryLink(two.Reader, one.Writer));
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            using var aborting = cancellationToken.Register(_incoming.CancelPendingRead);
            var read = await _incoming.ReadAsync(cancellationToken);
            if (Aborted.Task.IsCompleted)
                throw new IOException("aborted");
            if (_stalled)
                await Aborted.Task;
            cancellationToken.ThrowIfCancellationRequested();
            var count = (int)Math.Min(read.Buffer.Length, buffer.Length);
            System.Buffers.BuffersExtensions.CopyTo(read.Buffer.Slice(0, count), buffer.Span);
            _incoming.AdvanceTo(read.Buffer.GetPosition(count));
            return count;
        }
        catch (InvalidOperationException error)
        {
            throw new IOException("closed", error);
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (Aborted.Task.IsCompleted)
            throw new IOException("aborted");
        Sent += bytes.Length;
        if (_stalled)
            await Aborted.Task;
        var flush = await _outgoing.WriteAsync(bytes, cancellationToken);
        if (flush.IsCompleted || flush.IsCanceled)
            throw new IOException("the other end is gone");
    }

    public void EndSending() => _outgoing.Complete();

    public void Abort()
    {
        if (!Aborted.TrySetResult())
            return;
        _incoming.CancelPendingRead();
        _outgoing.CancelPendingFlush();
        _outgoing.Complete();
    }

    public void Dispose() => Abort();
}
