using System.Buffers;
using System.Collections.Concurrent;
using Kith.Crypto;
using Kith.Mailbox.Client;
using Kith.Mailbox.Wire;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>One holder: the session to it while there is one, the requests that wait for it and those that wait for their answers. For several threads.</summary>
internal sealed class HolderConnection : IDisposable
{
    private readonly RequestLine _line;
    private readonly ConcurrentDictionary<ulong, Pending> _pending = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _dialPatience;
    private readonly Action<HolderRequest, HolderAnswer?, AskFailure> _answered;
    private long _heardAt;
    private int _isProbing; // 1 while it is asked whether anybody is there
    private long _usedAt;
    private ulong _number;
    private volatile bool _isMade;
    private volatile bool _isOwing; // ended since an answer is due for too long

    /// <param name="holder">Where it is.</param>
    /// <param name="answered">Told of what comes of a request, outside of locks.</param>
    /// <param name="time">The clock.</param>
    /// <param name="dialPatience">How long making the session and its stream may take.</param>
    public HolderConnection(Endpoint holder, Action<HolderRequest, HolderAnswer?, AskFailure> answered, TimeProvider time, TimeSpan dialPatience)
    {
        (Holder, _answered, _time, _dialPatience, _line) = (holder, answered, time, dialPatience, new RequestLine(time));
        _usedAt = _heardAt = time.GetTimestamp();
    }

    /// <summary>Where it is.</summary>
    public Endpoint Holder { get; }

    /// <summary>Why it ended: whether the holder did not answer, rather than that nothing was wanted of it any more.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether it takes nothing more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether nothing waits for it and nothing is told by it: its place may be another's.</summary>
    public bool IsIdle => _isMade && !_ending.IsCancellationRequested && _pending.Values.All(static one => one.IsGivenUp) && _line.IsEmpty;

    /// <summary>When it was last of use, as <see cref="TimeProvider.GetTimestamp"/> tells it.</summary>
    public long UsedAt => Volatile.Read(ref _usedAt);

    /// <summary>Queues a request; false when too many wait or it has ended.</summary>
    public bool TryAsk(HolderRequest request)
    {
        Volatile.Write(ref _usedAt, _time.GetTimestamp());
        return _line.TryAdd(request);
    }

    /// <summary>Tells nothing of a request any more.</summary>
    public void Drop(HolderRequest request)
    {
        request.IsDropped = true;
        if (_line.Remove(request))
            return;
        foreach (var (number, pending) in _pending)
        {
            if (!ReferenceEquals(pending.Request, request))
                continue;
            // What is not answered yet keeps its place until it is, so that both sides count the same requests under way.
            if (!pending.TryGiveUp() && pending.IsAnswered && Forget(number))
                TellEnd(number, pending);
        }
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

    /// <summary>After <see cref="RunAsync"/>.</summary>
    public void Dispose()
    {
        _ending.Dispose();
    }

    /// <summary>Gives up what waits for too long, and ends when nothing is wanted of it. Called now and then.</summary>
    public void Check()
    {
        var now = _time.GetTimestamp();
        foreach (var late in _line.TakeLate())
            _answered(late, null, AskFailure.Crowded);
        var isBusy = !_line.IsEmpty;
        foreach (var (number, pending) in _pending)
        {
            isBusy |= !pending.IsGivenUp;
            var elapsed = _time.GetElapsedTime(pending.SentAt, now);
            if (pending.IsAnswered || elapsed < pending.Request.Patience)
                continue;
            if (pending.IsGivenUp)
            {
                if (elapsed >= pending.Request.Patience + HostingLimits.LateAnswer)
                {
                    _isOwing = true;
                    End();
                }

                continue;
            }

            // Nothing at all has come meanwhile: it is gone, and the others wait in vain too. What is sealed may wait for somebody behind it: whether it is there itself is asked then.
            if (_heardAt <= pending.SentAt && pending.Request.Request is not SealedRequest)
            {
                Fail();
                continue;
            }

            if (!pending.TryGiveUp())
                continue;
            if (_heardAt <= pending.SentAt)
                Probe();
            _answered(pending.Request, null, AskFailure.Ended);
        }

        if (isBusy)
            Volatile.Write(ref _usedAt, now);
        else if (_time.GetElapsedTime(UsedAt, now) >= HostingLimits.IdleTime)
            End();
    }

    /// <summary>Makes the session and works until it ends; then all that waits is answered with nothing.</summary>
    /// <param name="dials">Places for making sessions: waiting for one is not the holder's failure.</param>
    /// <param name="dial">Makes the session.</param>
    /// <param name="ended">Told when it takes nothing more, before what waits is answered.</param>
    /// <param name="defect">Told of what must not happen.</param>
    public async Task RunAsync(SemaphoreSlim dials, Func<CancellationToken, Task<ISession>> dial, Action<HolderConnection> ended, Action<Exception> defect)
    {
        try
        {
            var (session, stream) = await BeginAsync(dials, dial).ConfigureAwait(false);
            _isMade = true;
            await using (session.ConfigureAwait(false))
                await TalkAsync(session, stream).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException)
        {
            HasFailed |= !_ending.IsCancellationRequested;
        }
        catch (Exception error)
        {
            // A defect of ours: this session is lost for it, and whoever waits is told.
            HasFailed = true;
            defect(error);
        }

        IsOver = true;
        var isOurs = !HasFailed && !_isOwing;
        var left = _line.Complete();
        ended(this);
        foreach (var request in left)
            _answered(request, null, isOurs ? AskFailure.Withdrawn : _isMade ? AskFailure.Ended : AskFailure.Unreachable);
        foreach (var (number, pending) in _pending)
        {
            if (Forget(number) && !pending.IsGivenUp)
                _answered(pending.Request, null, isOurs ? AskFailure.Withdrawn : AskFailure.Ended);
        }
    }

    private void Fail()
    {
        HasFailed = true;
        End();
    }

    // One deadline until the stream is open: who lets a session come about and allows no streams would never be taken for gone.
    private async Task<(ISession Session, IStream Stream)> BeginAsync(SemaphoreSlim dials, Func<CancellationToken, Task<ISession>> dial)
    {
        await dials.WaitAsync(_ending.Token).ConfigureAwait(false);
        using var late = new CancellationTokenSource(_dialPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _ending.Token);
        ISession session;
        try
        {
            session = await dial(either.Token).ConfigureAwait(false);
        }
        finally
        {
            dials.Release();
        }

        try
        {
            return (session, await session.OpenStreamAsync(HostingLimits.StreamKind, either.Token).ConfigureAwait(false));
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task TalkAsync(ISession session, IStream stream)
    {
        await using (stream.ConfigureAwait(false))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            var reading = ReadAsync(stream, session, stop);
            try
            {
                await WriteAsync(stream, session, stop.Token).ConfigureAwait(false);
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await reading.ConfigureAwait(false);
            }
        }
    }

    private async Task WriteAsync(IStream stream, ISession session, CancellationToken cancellationToken)
    {
        do
        {
            // Taken only when there is a place: were it to end while that is waited for, what was taken would never be answered.
            while (_line.TryTake(out var request))
            {
                if (request.Request is EndRequest end)
                {
                    TryWrite(stream, end.Number, end, default);
                    continue;
                }

                var number = ++_number;
                _pending[number] = new Pending(request, _time.GetTimestamp());
                var isForAnother = request.OnlyTo is { } only && only != session.RemoteKey;
                if ((isForAnother || !TryWrite(stream, number, request.Request, session.HandshakeHash)) && Forget(number))
                    _answered(request, null, isForAnother ? AskFailure.Unreachable : AskFailure.Broken);
            }

            // What is written goes out before there is a wait.
            await stream.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        while (await _line.WaitAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task ReadAsync(IStream stream, ISession session, CancellationTokenSource stop)
    {
        try
        {
            while (true)
            {
                var read = await stream.Input.ReadAsync(stop.Token).ConfigureAwait(false);
                var rest = read.Buffer;
                FrameStatus status;
                while ((status = Frame.TryTake(ref rest, out var frame)) == FrameStatus.Taken)
                    Take(frame, session.RemoteKey);
                stream.Input.AdvanceTo(rest.Start, read.Buffer.End);
                if (status != FrameStatus.More || read.IsCompleted)
                    break;
            }

            HasFailed = true;
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException)
        {
            HasFailed |= error is not OperationCanceledException;
        }
        finally
        {
            // Whoever writes has nobody to write to any more.
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    // False where whoever asked has given its key up meanwhile.
    private static bool TryWrite(IStream stream, ulong number, MailboxRequest request, ReadOnlyMemory<byte> handshakeHash)
    {
        using var writer = new WireWriter();
        try
        {
            RequestFormat.Write(writer, number, request, handshakeHash.Span);
        }
        catch (Exception error) when (error is ObjectDisposedException or ArgumentException)
        {
            return false;
        }

        stream.Output.Write(writer.WrittenSpan);
        return true;
    }

    private void Take(in Frame frame, X25519PublicKey holder)
    {
        _heardAt = _time.GetTimestamp();
        var isRead = AnswerFormat.TryRead(frame, out var number, out var read);
        if (!_pending.TryGetValue(number, out var pending))
            return;
        // News do not take a place among those that are under way.
        if (pending.TryAnswer())
        {
            FreePlace(pending);
        }
        else if (pending.IsGivenUp)
        {
            if (Forget(number))
                TellEnd(number, pending);
            return;
        }

        var opens = pending.Request.Opens;
        var opened = isRead ? opens is null ? read : opens(read!) : null;
        var answer = opened is null ? null : new HolderAnswer(opened, holder);
        if (!pending.Request.KeepsOn || answer is null)
        {
            if (!Forget(number))
                return;
            TellEnd(number, pending);
            _answered(pending.Request, answer, answer is null ? AskFailure.Broken : AskFailure.None);
            return;
        }

        if (pending.Request.IsDropped && Forget(number))
            TellEnd(number, pending);
        else
            _answered(pending.Request, answer, AskFailure.None);
    }

    // One at a time.
    private void Probe()
    {
        if (Interlocked.Exchange(ref _isProbing, 1) == 0 && !_line.TryAdd(new HolderRequest(new HelloRequest(), (_, _, _) => Volatile.Write(ref _isProbing, 0)) { IsFree = true, IsProbe = true }))
            Volatile.Write(ref _isProbing, 0);
    }

    // Whoever passes news on must not do so for ever.
    private void TellEnd(ulong number, Pending pending)
    {
        if (pending.IsPassed)
            _line.TryAdd(new HolderRequest(new EndRequest(number), static (_, _, _) => { }) { IsFree = true });
    }

    private bool Forget(ulong number)
    {
        if (!_pending.TryRemove(number, out var pending))
            return false;
        FreePlace(pending);
        return true;
    }

    private void FreePlace(Pending pending)
    {
        if (pending.TryFree())
            _line.GiveBack(pending.Request);
    }

    private sealed class Pending(HolderRequest request, long sentAt)
    {
        private const int Answered = 1;
        private const int GivenUp = 2;

        private int _state;
        private int _isFree;

        public HolderRequest Request { get; } = request;

        public long SentAt { get; } = sentAt;

        public bool IsAnswered => Volatile.Read(ref _state) == Answered;

        /// <summary>Whether nobody waits for its answer any more: its place is free when that has come.</summary>
        public bool IsGivenUp => Volatile.Read(ref _state) == GivenUp;

        /// <summary>Whether it goes on through somebody else, who must be told when it ends.</summary>
        public bool IsPassed { get; } = request is { KeepsOn: true, Request: PassRequest or SealedRequest };

        /// <summary>Its first answer came; false when one had come, or nobody waits for it any more.</summary>
        public bool TryAnswer() => Interlocked.CompareExchange(ref _state, Answered, 0) == 0;

        /// <summary>Nobody waits for its first answer any more; false when that has come.</summary>
        public bool TryGiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, 0) == 0;

        /// <summary>Frees its place; false when it was freed before.</summary>
        public bool TryFree() => Interlocked.Exchange(ref _isFree, 1) == 0;
    }
}
