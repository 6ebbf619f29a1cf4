using Kith.Delivery.Routes.Frames;
using Kith.Transport;

namespace Kith.Delivery.Routes;

/// <summary>One session and the peer stream on it: brings the stream about, reads its frames and hands them on, and ends the session when the other node breaks a rule.</summary>
internal sealed class PeerLink : IDisposable
{
    private const ulong UnknownStreamCode = 1;

    private readonly DirectRoute _route;
    private readonly IPeerInputSink _sink;
    private readonly CancellationTokenSource _lifetime;
    private readonly TokenBucket _bundles;
    private readonly TaskCompletionSource<IStream?> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PeerOutput? _output;
    private volatile bool _isStranger;
    private volatile bool _isTakenOver;
    private volatile bool _isBarred;
    private int _strangerFrames;
    private long _strangerBytes;

    public PeerLink(DirectRoute route, ISession session, long id, bool isStranger, IPeerInputSink sink, TimeProvider time)
    {
        _route = route;
        _sink = sink;
        _isStranger = isStranger;
        _bundles = new TokenBucket(PeerProtocol.BundleBurst, PeerProtocol.BundlePause, time);
        _lifetime = new CancellationTokenSource(isStranger ? PeerProtocol.StrangerLifetime : Timeout.InfiniteTimeSpan, time);
        Session = session;
        Remote = new PeerSession(session, this, id, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    public ISession Session { get; }

    public PeerSession Remote { get; }

    /// <summary>Which route it is now.</summary>
    public RouteKind Route => RouteOf(Session.Path.Kind);

    /// <summary>Whom it belongs to; null for a stranger. Guarded by the route's lock.</summary>
    public WantedPeer? Owner { get; set; }

    /// <summary>It stands beside the usual session, for what must go through a relay. Set before the link is ready.</summary>
    public bool IsApart { get; set; }

    /// <summary>Nothing of a peer is said or heard on it: the privacy setting forbids it.</summary>
    public bool IsBarred
    {
        get => _isBarred;
        set => _isBarred = value;
    }

    /// <summary>It came where nothing is done for other nodes: streams of other kinds are refused.</summary>
    public bool IsForPeers { get; init; }

    /// <summary>It came through a relay while there was another session: whether it is to take its place shows when its stream comes.</summary>
    public bool IsPending { get; init; }

    /// <summary>Frames can be sent. Guarded by the route's lock.</summary>
    public bool IsReady { get; set; }

    public bool IsStranger => _isStranger;

    /// <summary>It was told to go. Guarded by the route's lock.</summary>
    public bool IsLeaving { get; private set; }

    /// <summary>Which route a session on such a path is: one to the other node itself, over whatever, is direct.</summary>
    public static RouteKind RouteOf(PathKind path) => path switch
    {
        PathKind.Relay => RouteKind.Relay,
        PathKind.Onion => RouteKind.Onion,
        _ => RouteKind.Direct,
    };

    /// <summary>A stranger gives way to another. Called under the route's lock.</summary>
    public async Task LeaveAsync()
    {
        IsLeaving = true;

        // Not on the caller's stack: it holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await Session.CloseAsync((SessionErrorCode)PeerErrorCode.Crowded).ConfigureAwait(false);
    }

    /// <summary>The stranger has become a contact: its limits fall away.</summary>
    public void Promote()
    {
        _isStranger = false;
        try
        {
            _lifetime.CancelAfter(Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    /// <summary>Takes bodies from the front as many as there is room for; returns how many. Never waits.</summary>
    public int Send(PeerFrameType type, ReadOnlySpan<ReadOnlyMemory<byte>> bodies) => _isBarred ? 0 : _output?.Send(type, bodies) ?? 0;

    /// <summary>Runs until the session has ended.</summary>
    public async Task RunAsync()
    {
        Action moved = () => _route.OnLinkMoved(this);
        Session.PathChanged += moved;
        if (Session is IUdpSession udp)
            udp.PathLost += OnPathLost;
        var accepting = AcceptAsync();
        using var overdue = _lifetime.Token.Register(() => _ = Session.CloseAsync());
        try
        {
            await ServeAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException)
        {
            // The end of the session, whoever ended it.
        }

        Session.PathChanged -= moved;
        if (!_isTakenOver)
            await Session.CloseAsync().ConfigureAwait(false);
        await accepting.ConfigureAwait(false);
        if (_output is { } output)
            await output.EndAsync().ConfigureAwait(false);
        await _route.OnLinkEndedAsync(this).ConfigureAwait(false);
    }

    /// <summary>After <see cref="RunAsync"/>.</summary>
    public void Dispose() => _lifetime.Dispose();

    // The usual session looks for another way; one that must go through its relay has none.
    private void OnPathLost()
    {
        if (IsApart)
            Session.Abandon();
    }

    private void End(Exception error) => _ = Session.CloseAsync();

    private async Task ServeAsync()
    {
        var stream = Session.IsInitiator
            ? await Session.OpenStreamAsync(IsApart ? PeerProtocol.ApartStreamKind : PeerProtocol.StreamKind, _route.Stopping).ConfigureAwait(false)
            : await _accepted.Task.ConfigureAwait(false);
        if (stream is null)
            return;
        await using (stream.ConfigureAwait(false))
        {
            _output = new PeerOutput(stream.Output, () => _route.OnLinkRoom(this), End);
            await _route.OnLinkReadyAsync(this).ConfigureAwait(false);
            if (await ReadAsync(stream).ConfigureAwait(false) is { } violation)
                await Session.CloseAsync((SessionErrorCode)violation).ConfigureAwait(false);
        }
    }

    // The other node opens the peer stream when it began the session, and no other. Streams of kinds unknown here are refused one by one.
    private async Task AcceptAsync()
    {
        await foreach (var stream in Session.AcceptStreamsAsync().ConfigureAwait(false))
        {
            var isApart = stream.Kind == PeerProtocol.ApartStreamKind;
            var isPeers = isApart || stream.Kind == PeerProtocol.StreamKind;
            if (!isPeers && IsTakenOver(stream))
                break;
            if (isPeers && !_accepted.Task.IsCompleted && !Session.IsInitiator)
                IsApart = isApart;
            if (!isPeers)
                stream.Reset(UnknownStreamCode);
            else if (_isBarred)
                _ = Session.CloseAsync((SessionErrorCode)PeerErrorCode.Crowded);
            else if (Session.IsInitiator || !_accepted.TrySetResult(stream))
                _ = Session.CloseAsync((SessionErrorCode)PeerErrorCode.StreamMisuse);
        }

        _accepted.TrySetResult(null);
    }

    // A stranger's session that begins with something else is no peer's: whoever knows what it is has limits of their own for it.
    private bool IsTakenOver(IStream first) =>
        _isTakenOver = _isStranger && !IsForPeers && !Session.IsInitiator && !_accepted.Task.IsCompleted && _route.Takers?.TryTake(Session, first) == true;

    private async Task<PeerErrorCode?> ReadAsync(IStream stream)
    {
        while (true)
        {
            var read = await stream.Input.ReadAsync(_route.Stopping).ConfigureAwait(false);
            var rest = read.Buffer;
            List<ReadOnlyMemory<byte>>? envelopes = null;
            var bytes = 0L;
            FrameResult result;
            while ((result = PeerFrameReader.Read(rest, out var type, out var body, out rest)) == FrameResult.Frame)
            {
                if (_isBarred)
                    return PeerErrorCode.Crowded;
                if (!IsWithinStrangersLimit(body.Length))
                    return PeerErrorCode.TooMuch;
                if (type == PeerFrameType.Envelope)
                {
                    (envelopes ??= []).Add(Copy(body));
                    bytes += body.Length;
                    if (envelopes.Count < PeerProtocol.MaxEnvelopesAtOnce && bytes < PeerProtocol.MaxBytesAtOnce)
                        continue;
                }

                if (envelopes is not null)
                    await PostAsync(new PeerInput.EnvelopesReceived(Remote, envelopes)).ConfigureAwait(false);
                (envelopes, bytes) = (null, 0);
                await TakeAsync(type, body).ConfigureAwait(false);
            }

            if (envelopes is not null)
                await PostAsync(new PeerInput.EnvelopesReceived(Remote, envelopes)).ConfigureAwait(false);
            if (result != FrameResult.Incomplete)
                return result == FrameResult.TooLarge ? PeerErrorCode.FrameTooLarge : PeerErrorCode.FrameEncoding;
            var cutOff = !rest.IsEmpty;
            stream.Input.AdvanceTo(rest.Start, read.Buffer.End);
            if (read.IsCompleted)
                return cutOff ? PeerErrorCode.FrameEncoding : null;
        }
    }

    private async ValueTask TakeAsync(PeerFrameType type, System.Buffers.ReadOnlySequence<byte> body)
    {
        switch (type)
        {
            case PeerFrameType.BundleRequest when _bundles.TryTake() && (!_isStranger || _route.TryTakeStrangerBundle()):
                await PostAsync(new PeerInput.BundleRequested(Remote, Copy(body))).ConfigureAwait(false);
                break;
            case PeerFrameType.Bundle:
                await PostAsync(new PeerInput.BundleReceived(Remote, Copy(body))).ConfigureAwait(false);
                break;
            default:
                break; // an envelope, taken already; too many requests, whose sender asks again; a type of a later version
        }
    }

    private bool IsWithinStrangersLimit(long size) =>
        !_isStranger || (++_strangerFrames <= PeerProtocol.MaxStrangerFrames && (_strangerBytes += size) <= PeerProtocol.MaxStrangerBytes);

    // Mostly at once, on the session's own loop: no change of threads before the node loop's.
    private ValueTask PostAsync(PeerInput input) => _sink.TryPost(input) ? ValueTask.CompletedTask : _sink.PostAsync(input, _route.Stopping);

    private static byte[] Copy(System.Buffers.ReadOnlySequence<byte> body)
    {
        var copy = GC.AllocateUninitializedArray<byte>((int)body.Length);
        System.Buffers.BuffersExtensions.CopyTo(body, copy);
        return copy;
    }
}
