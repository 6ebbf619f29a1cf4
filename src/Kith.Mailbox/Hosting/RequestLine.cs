using System.Threading.Channels;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>
/// The requests that wait for one node, and the places of those under way with it. Of those that others have passed on each has a share alone, by stream and by prefix; whoever has the fewest under way is next, our own
/// not before others: a node could tell them by it. What waited longer than it is waited for is not sent. For several threads.
/// </summary>
internal sealed class RequestLine(TimeProvider time)
{
    private readonly Lock _gate = new(); // guards everything below but the signal
    private readonly LinkedList<Waiting> _waiting = [];
    private readonly Queue<HolderRequest> _free = []; // what is not answered needs no place; one for each request under way at most
    private readonly Dictionary<object, Share> _streams = [];
    private readonly Dictionary<ulong, Share> _prefixes = [];
    private readonly Share _own = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private int _underWay;
    private bool _isOver;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _waiting.Count == 0 && _free.Count == 0;
        }
    }

    /// <summary>Lets a request wait; false when too many do, or too many of whoever it is passed on for, or the line is over.</summary>
    public bool TryAdd(HolderRequest request)
    {
        lock (_gate)
        {
            if (_isOver)
                return false;
            if (request.Request is EndRequest)
            {
                _free.Enqueue(request);
            }
            else
            {
                if (_waiting.Count >= HostingLimits.MaxWaiting || !MayWait(request.For))
                    return false;
                _waiting.AddLast(new Waiting(request, time.GetTimestamp()));
                Count(request.For, waiting: 1, underWay: 0);
            }
        }

        _signal.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Completes when there may be something to take; false when there never will.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (!await _signal.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            return false;
        _ = _signal.Reader.TryRead(out _);
        return true;
    }

    /// <summary>Takes what is to be sent next, and a place for it, which <see cref="GiveBack"/> frees.</summary>
    public bool TryTake(out HolderRequest request)
    {
        lock (_gate)
        {
            if (_free.TryDequeue(out request!))
                return true;
            LinkedListNode<Waiting>? best = null;
            (int, int) least = default;
            for (var node = _waiting.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Request.IsDropped)
                    Remove(node);
                else if (!IsLate(node.Value) && MayGo(node.Value.Request, out var rank) && (best is null || rank.CompareTo(least) < 0))
                    (best, least) = (node, rank);
                node = next;
            }

            if (best is null)
                return false;
            request = best.Value.Request;
            Remove(best);
            Count(request.For, waiting: 0, underWay: 1);
            _underWay++;
            return true;
        }
    }

    /// <summary>A request is not under way any more.</summary>
    public void GiveBack(HolderRequest request)
    {
        lock (_gate)
        {
            Count(request.For, waiting: 0, underWay: -1);
            _underWay--;
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>Takes a request out that has not been sent; false when it does not wait.</summary>
    public bool Remove(HolderRequest request)
    {
        lock (_gate)
        {
            for (var node = _waiting.First; node is not null; node = node.Next)
            {
                if (!ReferenceEquals(node.Value.Request, request))
                    continue;
                Remove(node);
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes out what others have passed on and does not get an answer any more while they wait for one.</summary>
    public IReadOnlyList<HolderRequest> TakeLate()
    {
        List<HolderRequest>? late = null;
        lock (_gate)
        {
            for (var node = _waiting.First; node is not null;)
            {
                var next = node.Next;
                if (IsLate(node.Value))
                {
                    Remove(node);
                    (late ??= []).Add(node.Value.Request);
                }

                node = next;
            }
        }

        return late ?? [];
    }

    /// <summary>Nothing is taken any more; returns what waits.</summary>
    public IReadOnlyList<HolderRequest> Complete()
    {
        List<HolderRequest> left;
        lock (_gate)
        {
            _isOver = true;
            left = [.. _waiting.Select(static one => one.Request)];
            _waiting.Clear();
            _free.Clear();
        }

        _signal.Writer.TryComplete();
        return left;
    }

    // With the gate held.
    private void Remove(LinkedListNode<Waiting> node)
    {
        _waiting.Remove(node);
        Count(node.Value.Request.For, waiting: -1, underWay: 0);
    }

    private bool MayWait(PassedFor? asker) =>
        asker is not { } one || (Of(one.Stream).Waiting < HostingLimits.WaitingOfAsker && (one.Prefix is not { } prefix || Of(prefix).Waiting < HostingLimits.WaitingOfAsker * Shares(one)));

    // What is our own is withdrawn by whoever waits for it.
    private bool IsLate(Waiting one) => one.Request is { For: not null } request && time.GetElapsedTime(one.Since) >= request.Patience;

    // Whoever has the fewest under way goes first, those of one prefix together.
    private bool MayGo(HolderRequest request, out (int, int) rank)
    {
        var places = request.IsProbe ? WireLimits.MaxUnderWay : HostingLimits.Places;
        if (request.For is not { } asker)
        {
            rank = request.IsProbe ? default : (_own.UnderWay, _own.UnderWay);
            return _underWay < places;
        }

        var ofStream = Of(asker.Stream).UnderWay;
        var ofPrefix = asker.Prefix is { } prefix ? Of(prefix).UnderWay : ofStream;
        rank = (ofPrefix, ofStream);
        return _underWay < places && ofStream < HostingLimits.PlacesOfAsker && ofPrefix < HostingLimits.PlacesOfAsker * Shares(asker);
    }

    private static int Shares(PassedFor asker) => asker.HasAddress ? 1 : 2;

    private Share Of(object stream) => _streams.GetValueOrDefault(stream) ?? Share.None;

    private Share Of(ulong prefix) => _prefixes.GetValueOrDefault(prefix) ?? Share.None;

    private void Count(PassedFor? asker, int waiting, int underWay)
    {
        if (asker is not { } one)
        {
            _own.Add(waiting, underWay);
            return;
        }

        Count(_streams, one.Stream, waiting, underWay);
        if (one.Prefix is { } prefix)
            Count(_prefixes, prefix, waiting, underWay);
    }

    private static void Count<TKey>(Dictionary<TKey, Share> shares, TKey key, int waiting, int underWay)
        where TKey : notnull
    {
        if (!shares.TryGetValue(key, out var share))
            shares.Add(key, share = new Share());
        share.Add(waiting, underWay);
        if (share.IsEmpty)
            shares.Remove(key);
    }

    private sealed class Waiting(HolderRequest request, long since)
    {
        public HolderRequest Request => request;

        public long Since => since;
    }

    private sealed class Share
    {
        public static Share None { get; } = new();

        public int Waiting { get; private set; }

        public int UnderWay { get; private set; }

        public bool IsEmpty => Waiting == 0 && UnderWay == 0;

        public void Add(int waiting, int underWay) => (Waiting, UnderWay) = (Waiting + waiting, UnderWay + underWay);
    }
}
