using System.IO.Pipelines;
using System.Threading.Channels;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>One client's stream: reads its requests, sends it answers, and ends when it breaks a rule, takes no answers, or is silent for too long.</summary>
internal sealed class ServedClient
{
    /// <summary>Bytes of answers that wait for a client; whoever lets more come together is too slow.</summary>
    private const int MaxUnsent = 8 << 20;

    private readonly Channel<ReadOnlyMemory<byte>> _unsent = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _ending = new();
    private readonly ISession _session;
    private readonly IStream _stream;
    private readonly TimeProvider _time;
    private int _underWay;
    private int _unsentBytes;
    private long _heardAt;

    public ServedClient(ISession session, IStream stream, TimeProvider time)
    {
        (_session, _stream, _time) = (session, stream, time);
        _heardAt = time.GetTimestamp();
        From = session.RemoteEndPoint is System.Net.IPEndPoint remote ? Endpoint.From(remote) : null;
    }

    /// <summary>Where it is, as far as that is known.</summary>
    public Endpoint? From { get; }

    /// <summary>The session's handshake hash.</summary>
    public ReadOnlyMemory<byte> HandshakeHash => _session.HandshakeHash;

    /// <summary>Whether it waits for news: then it may be silent for as long as its session lives.</summary>
    public bool IsWatching { get; set; }

    /// <summary>Sends a frame; with the answer to a request, that one is no longer under way.</summary>
    public void Send(ReadOnlyMemory<byte> frame, bool isAnswer)
    {
        if (isAnswer)
            Interlocked.Decrement(ref _underWay);
        if (Interlocked.Add(ref _unsentBytes, frame.Length) > MaxUnsent)
            End();
        else
            _unsent.Writer.TryWrite(frame);
    }

    /// <summary>Ends it.</summary>
    public void End()
    {
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    /// <summary>Ends it when it has been silent for too long. Called now and then.</summary>
    public void Check()
    {
        if (!IsWatching && _time.GetElapsedTime(Volatile.Read(ref _heardAt)) >= HostingLimits.ClientIdleTime)
            End();
    }

    /// <summary>Works until the stream or its session ends, which it then closes.</summary>
    /// <param name="take">Takes a request; completes when there is room for more.</param>
    public async Task RunAsync(Func<ServedClient, ulong, ReadOnlyMemory<byte>, ValueTask> take)
    {
        var sending = SendAsync();
        ulong? code = null;
        try
        {
            code = await ReceiveAsync(take).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException)
        {
            // The end of it, whoever ended it.
        }

        if (code is { } wrong)
            _stream.Reset(wrong);
        await _ending.CancelAsync().ConfigureAwait(false);
        _unsent.Writer.TryComplete();
        await sending.ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _session.CloseAsync().ConfigureAwait(false);
        _ending.Dispose();
    }

    private async Task<ulong?> ReceiveAsync(Func<ServedClient, ulong, ReadOnlyMemory<byte>, ValueTask> take)
    {
        while (true)
        {
            var read = await _stream.Input.ReadAsync(_ending.Token).ConfigureAwait(false);
            var rest = read.Buffer;
            FrameState state;
            while ((state = HolderFrames.TryRead(ref rest, out var type, out var body)) == FrameState.Frame)
            {
                if (Interlocked.Increment(ref _underWay) > HostingLimits.MaxUnderWay)
                    return HostingLimits.TooManyCode;
                Volatile.Write(ref _heardAt, _time.GetTimestamp());
                await take(this, type, System.Buffers.BuffersExtensions.ToArray(body)).ConfigureAwait(false);
            }

            _stream.Input.AdvanceTo(rest.Start, read.Buffer.End);
            if (state != FrameState.Incomplete)
                return state == FrameState.TooLong ? HostingLimits.TooLongCode : HostingLimits.MalformedCode;
            if (read.IsCompleted)
                return null;
        }
    }

    private async Task SendAsync()
    {
        try
        {
            while (await _unsent.Reader.WaitToReadAsync(_ending.Token).ConfigureAwait(false))
            {
                while (_unsent.Reader.TryRead(out var frame))
                {
                    Interlocked.Add(ref _unsentBytes, -frame.Length);
                    System.Buffers.BuffersExtensions.Write(_stream.Output, frame.Span);
                }

                await FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException)
        {
            End();
        }
    }

    private async Task FlushAsync()
    {
        using var late = new CancellationTokenSource(HostingLimits.SlowClient, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _ending.Token);
        await _stream.Output.FlushAsync(either.Token).ConfigureAwait(false);
    }
}
