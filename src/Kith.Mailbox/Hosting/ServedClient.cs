using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Wire;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>One client's stream: reads its requests, sends it answers, and ends when it breaks a rule, takes no answers, or is silent for too long.</summary>
/// <param name="session">Its session, which ends with the stream.</param>
/// <param name="stream">The stream.</param>
/// <param name="isNear">Whether it is on a network of ours.</param>
/// <param name="time">The clock.</param>
/// <param name="gone">Told of each of those who asked through it, once it is told nothing any more.</param>
internal sealed class ServedClient(ISession session, IStream stream, bool isNear, TimeProvider time, Action<SealedClient> gone) : IHolderClient, IPassAsker, IDisposable
{
    private readonly Channel<ReadOnlyMemory<byte>> _unsent = Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<ulong, SealedClient> _sealed = new(); // requests that came through it from somebody else
    private int _underWay;
    private int _unsentBytes;
    private int _passesWaiting;
    private long _heardAt = time.GetTimestamp();
    private ulong? _code;

    IPassAsker IPassAsker.Stream => this;

    /// <inheritdoc/>
    public Endpoint? From { get; } = session.RemoteEndPoint is System.Net.IPEndPoint remote ? Endpoint.From(remote) : null;

    /// <inheritdoc/>
    public bool IsNear => isNear;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> HandshakeHash => session.HandshakeHash;

    /// <inheritdoc/>
    public bool IsWatching { get; set; }

    /// <summary>Requests passed on for it whose news it waits for.</summary>
    public int PassesWaiting => Volatile.Read(ref _passesWaiting);

    /// <inheritdoc/>
    public void Answer(ulong number, MailboxAnswer answer)
    {
        Interlocked.Decrement(ref _underWay);
        Send(number, answer);
    }

    /// <inheritdoc/>
    public void Tell(ulong number, EntriesAnswer news) => Send(number, news);

    /// <summary>Tells what was sealed for somebody behind it.</summary>
    public void TellSealed(ulong number, SealedAnswer news) => Send(number, news);

    /// <summary>Tells what was sealed by a holder that its request was passed on to; the first time it is answered.</summary>
    public void TellPassed(ulong number, PassAnswer answer, bool isFirst)
    {
        if (isFirst)
            Answer(number, answer);
        else
            Send(number, answer);
    }

    /// <summary>Takes in somebody who asks through it; null when too many that way wait for news.</summary>
    public SealedClient? Open(ulong number, PassOpened opened)
    {
        var client = new SealedClient(this, number, opened);
        return _sealed.Count < HoldingLimits.WatchesOfClient && _sealed.TryAdd(number, client) ? client : null;
    }

    /// <summary>Nothing is told any more to whoever asked by this request, once it is answered.</summary>
    public void EndNews(ulong number)
    {
        if (_sealed.TryGetValue(number, out var client))
            client.EndWhenAnswered();
    }

    /// <summary>Nothing is told any more to whoever asked by this request.</summary>
    public void EndSealed(ulong number)
    {
        if (_sealed.TryRemove(number, out var client))
            gone(client);
    }

    /// <summary>Takes a request off those that are under way: it is never answered.</summary>
    public void Settle() => Interlocked.Decrement(ref _underWay);

    /// <inheritdoc/>
    public void End(ulong code)
    {
        _code = code;
        End();
    }

    /// <summary>Counts a pass that goes on, or one that has ended.</summary>
    public void CountPass(bool isBegun) => Interlocked.Add(ref _passesWaiting, isBegun ? 1 : -1);

    /// <summary>Ends it without a reason.</summary>
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
        if (!IsWatching && PassesWaiting == 0 && _sealed.IsEmpty && time.GetElapsedTime(Volatile.Read(ref _heardAt)) >= HostingLimits.ClientIdleTime)
            End();
    }

    /// <summary>Works until the stream or its session ends, which it then closes.</summary>
    /// <param name="take">Takes a request with its number and its bytes. False ends the stream.</param>
    public async Task RunAsync(Func<ulong, MailboxRequest, int, bool> take)
    {
        var sending = SendAsync();
        try
        {
            _code ??= await ReceiveAsync(take).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException)
        {
            // The end of it, whoever ended it.
        }

        if (_code is { } code)
            stream.Reset(code);
        await _ending.CancelAsync().ConfigureAwait(false);
        _unsent.Writer.TryComplete();
        await sending.ConfigureAwait(false);
        foreach (var number in _sealed.Keys)
            EndSealed(number);
        await stream.DisposeAsync().ConfigureAwait(false);
        await session.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>After <see cref="RunAsync"/>.</summary>
    public void Dispose() => _ending.Dispose();

    private async Task<ulong?> ReceiveAsync(Func<ulong, MailboxRequest, int, bool> take)
    {
        while (true)
        {
            var read = await stream.Input.ReadAsync(_ending.Token).ConfigureAwait(false);
            var rest = read.Buffer;
            FrameStatus status;
            while ((status = Frame.TryTake(ref rest, out var frame)) == FrameStatus.Taken)
            {
                if (!RequestFormat.TryRead(frame, out var number, out var request))
                    return WireLimits.MalformedStream;
                if (Interlocked.Increment(ref _underWay) > WireLimits.MaxUnderWay)
                    return WireLimits.TooManyStream;
                Volatile.Write(ref _heardAt, time.GetTimestamp());
                if (!take(number, request, frame.Body.Length))
                    return null;
            }

            stream.Input.AdvanceTo(rest.Start, read.Buffer.End);
            if (status != FrameStatus.More)
                return status == FrameStatus.TooLong ? WireLimits.TooLongStream : WireLimits.MalformedStream;
            if (read.IsCompleted)
                return null;
        }
    }

    private void Send(ulong number, MailboxAnswer answer)
    {
        using var writer = new WireWriter();
        AnswerFormat.Write(writer, number, answer);
        var frame = writer.ToArray();
        if (Interlocked.Add(ref _unsentBytes, frame.Length) > HostingLimits.UnsentBytes)
            End();
        else
            _unsent.Writer.TryWrite(frame);
    }

    private async Task SendAsync()
    {
        try
        {
            while (await _unsent.Reader.WaitToReadAsync(_ending.Token).ConfigureAwait(false))
            {
                var written = 0;
                while (written < HostingLimits.SentAtOnce && _unsent.Reader.TryRead(out var frame))
                {
                    Interlocked.Add(ref _unsentBytes, -frame.Length);
                    stream.Output.Write(frame.Span);
                    written += frame.Length;
                }

                await FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException)
        {
            End();
        }
    }

    // Whoever takes no answers is not waited for.
    private async Task FlushAsync()
    {
        using var late = new CancellationTokenSource(HostingLimits.SlowClient, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _ending.Token);
        await stream.Output.FlushAsync(either.Token).ConfigureAwait(false);
    }
}
