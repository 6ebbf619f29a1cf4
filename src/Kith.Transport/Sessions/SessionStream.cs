using System.Diagnostics;
using System.IO.Pipelines;

namespace Kith.Transport.Sessions;

/// <summary>One stream: its two halves as the core sees them, and the two pipes as the room above does.</summary>
internal sealed class SessionStream : IStream
{
    /// <summary>The code of a stream that is given up without saying why.</summary>
    public const ulong CancelledCode = 0;

    private readonly IStreamOwner _owner;
    private readonly StreamInput _input;
    private readonly StreamOutput _output;
    private Exception? _inputError;
    private Exception? _outputError;

    public SessionStream(IStreamOwner owner, ulong id, StreamKind kind, ulong sendLimit, ulong receiveWindow)
    {
        _owner = owner;
        Number = id;
        Kind = kind;
        Send = new SendHalf(sendLimit);
        Receive = new ReceiveHalf(receiveWindow);
        _input = new StreamInput(this, owner);
        _output = new StreamOutput(this, owner);
    }

    public ulong Number { get; }

    public long Id => (long)Number;

    /// <summary>Where packets come in any order it may be known later than the stream: nobody above has the stream before.</summary>
    public StreamKind Kind { get; set; }

    public PipeReader Input => _input;

    public PipeWriter Output => _output;

    public SendHalf Send { get; }

    public ReceiveHalf Receive { get; }

    /// <summary>In the queue of streams with a control frame to send.</summary>
    public bool HasControl { get; set; }

    /// <summary>What only a carrier that loses packets keeps; null on others.</summary>
    public Connections.StreamTransfer? Transfer { get; init; }

    /// <summary>No longer among the session's streams.</summary>
    public bool IsRetired { get; set; }

    /// <summary>Why reads fail once what was received has been read; null while they do not. Set under the lock, read anywhere.</summary>
    public Exception? InputError => Volatile.Read(ref _inputError);

    /// <summary>Why flushes fail; null while they do not. Set under the lock, read anywhere.</summary>
    public Exception? OutputError => Volatile.Read(ref _outputError);

    /// <summary>The first error stays.</summary>
    public void FailInput(Exception error) => Interlocked.CompareExchange(ref _inputError, error, null);

    /// <summary>The first error stays.</summary>
    public void FailOutput(Exception error) => Interlocked.CompareExchange(ref _outputError, error, null);

    /// <summary>Tells the reader of what the core wrote for it, or that there will be no more. It is continued here and now: never under the lock.</summary>
    public void WakeReader(bool ended)
    {
        var writer = Receive.Pipe.Writer;
        if (ended)
        {
            writer.Complete();
            return;
        }

        Receive.WakePending = false;
        var flush = writer.FlushAsync();
        Debug.Assert(flush.IsCompleted, "a pipe without thresholds never makes its writer wait");
        flush.GetAwaiter().GetResult();
    }

    public void Reset(ulong code)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, Wire.VarInt.MaxValue);
        _owner.OnOutputReset(this, code);
        _owner.OnInputCompleted(this, code);
    }

    /// <summary>Ends both directions: the output in good order, the input wherever it is.</summary>
    public ValueTask DisposeAsync()
    {
        _output.Complete();
        _input.Complete();
        return ValueTask.CompletedTask;
    }
}
