using Kith.Crypto;
using Kith.Delivery.Privacy;
using Kith.Delivery.Routes;
using Kith.Messaging;
using Kith.Messaging.Finding;
using Kith.Node.Loop;
using Kith.Overlay;
using Kith.Overlay.Nat;
using Kith.Overlay.Relay;
using Kith.Overlay.Rendezvous;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// The overlay beside the node loop: publishes where we are under everybody's secrets, looks for contacts that are not connected, and brings what is found to the messenger, as
/// work of the loop. Belongs to the loop, but for <see cref="View"/>, <see cref="FindAsync"/> and what the overlay's own thread calls.
/// </summary>
internal sealed partial class NodeOverlay : IOverlayObserver, IDisposable
{
    /// <summary>Between two events that the network looks otherwise, milliseconds.</summary>
    private const long NewsPeriod = 1_000;

    /// <summary>Between a change of where we are reached and its being said, milliseconds.</summary>
    private const long SayPause = 200;

    /// <summary>Between two times that it is said, milliseconds.</summary>
    private const long SayPeriod = 5_000;

    /// <summary>Of those, how many go without it at the start and after a change of network: a link that is made meanwhile must hold an introducer.</summary>
    private const int SaysAtOnce = 4;

    /// <summary>How long what is made for others waits for the first introducer, milliseconds.</summary>
    private const long IntroducerPatience = 2_000;

    /// <summary>Between two looks whether one may still come.</summary>
    private static readonly TimeSpan IntroducerLook = TimeSpan.FromMilliseconds(50);

    /// <summary>After so long, milliseconds, the first introducer is not waited for any more: it would have come.</summary>
    private const long IntroducerExpected = 4_000;

    /// <summary>Between two times that all who are not connected are called anew since an introducer is back, milliseconds: several may come within a moment.</summary>
    private const long CallAnewPeriod = 2_000;

    /// <summary>Ways through introducers that were lost and are remembered as such.</summary>
    private const int MaxLostVia = 64;

    private static readonly OverlayView Nothing = new(null, [], [], 0, 0, [], 0, 0, 0, 0, 0, IsReadOnly: true);

    private readonly NodeLoop _loop;
    private readonly IPeerProtocol _messenger;
    private readonly DirectRoute _route;
    private readonly HeldEffects _effects;
    private readonly TimeProvider _time;
    private readonly EvenClock _clock;
    private readonly SearchSchedule _schedule = new();
    private readonly Dictionary<AccountId, int> _looks = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<bool> _isWatched;
    private readonly Action _news;
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _introduced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _begunAt;
    private readonly HashSet<Task> _searches = [];
    private readonly Dictionary<AccountId, long> _clocks = [];
    private readonly Dictionary<AccountId, X25519PublicKey> _keys = [];
    private volatile IOverlay? _overlay;
    private Dictionary<AccountId, List<FindTarget>> _targets = [];
    private IReadOnlyList<string> _said = [];
    private RelayConsent _consent;
    private Place _place = new(null, [], null, [], null);
    private TimeSpan _keepAlive = NatView.UsualKeepAlive;
    private int _saysSinceChange;
    private long? _sayAt;
    private long _sayNotBefore;
    private long _callNotBefore;
    private readonly HashSet<string> _lostVia = new(StringComparer.Ordinal);
    private int _looking; // 1 while a look at the changed view is queued
    private long _newsNotBefore;
    private long? _newsAt;

    /// <param name="loop">Where everything that changes is done.</param>
    /// <param name="messenger">Who may find us and whom we look for.</param>
    /// <param name="route">Who calls at what is found.</param>
    /// <param name="effects">What waits for the commit.</param>
    /// <param name="time">The clock.</param>
    /// <param name="isWatched">Whether anybody hears news.</param>
    /// <param name="news">Says that the network looks otherwise; on the loop, at most once a second.</param>
    public NodeOverlay(NodeLoop loop, IPeerProtocol messenger, DirectRoute route, HeldEffects effects, TimeProvider time, Func<bool> isWatched, Action news)
    {
        (_loop, _messenger, _route, _effects, _time, _clock, _isWatched, _news) = (loop, messenger, route, effects, time, new EvenClock(time), isWatched, news);
        _begunAt = Now;
    }

    /// <summary>What the overlay sees now; nothing until it runs.</summary>
    public OverlayView View => _overlay?.View ?? Nothing;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _overlay is not null;

    /// <summary>Completes when there is somebody in the overlay to ask.</summary>
    public Task Entered => _entered.Task;

    /// <summary>Whose clocks are far from ours, and by how many milliseconds: positive when theirs is ahead.</summary>
    public IReadOnlyDictionary<AccountId, long> Clocks => _clocks;

    /// <summary>Whether contacts' addresses are ways in: not for whom none of them may see.</summary>
    public bool MayBeginAtContacts { get; set; } = true;

    /// <summary>Called on the loop when where others reach us looks otherwise, and has done so for a moment.</summary>
    public Action? WhenPlaceChanged { get; set; }

    /// <summary>Called on the loop when an introducer that was lost is back, or another is in its place.</summary>
    public Action? WhenIntroducedAgain { get; set; }

    /// <summary>Called on the loop when the overlay sees something else.</summary>
    public Action? WhenViewChanged { get; set; }

    /// <summary>Called on the overlay's thread when it is the moment to connect to a node by TCP as it connects to us; set before it runs.</summary>
    public Action<X25519PublicKey, Endpoint, bool>? WhenMeeting { get; set; }

    /// <summary>Called on the loop when sessions must be kept alive at another interval, since a NAT forgets sooner, or no longer does.</summary>
    public Action<TimeSpan>? WhenKeepAliveChanged { get; set; }

    /// <summary>When <see cref="Tick"/> has something to do (unix milliseconds), or null.</summary>
    public long? NextDeadline => _clock.Wall(Deadlines.Earlier(Deadlines.Earlier(_schedule.NextDeadline, _newsAt), _sayAt));

    private long Now => _clock.Now();

    /// <summary>The overlay runs from now on.</summary>
    public void Attach(IOverlay overlay)
    {
        _overlay = overlay;
        FindingChanged();
        overlay.SetRelay(_consent);
        overlay.Reach.SetContacts([.. _keys.Values]);
        overlay.Suggest(Entries(_messenger.Peers().Where(peer => peer.Endpoint.Privacy == PrivacyLevel.Open && MayBeginAtContacts).SelectMany(peer => peer.Endpoint.Addresses)));
        Look();
    }

    /// <summary>Waits until the first introducer took us and the addresses through it are said: for a moment, soon after the start, where strangers may not reach us otherwise and somebody might introduce us.</summary>
    public async Task AwaitIntroducerAsync(CancellationToken cancellationToken)
    {
        if (Now - _begunAt >= IntroducerExpected)
            return;
        for (var until = Now + IntroducerPatience; Now < until && !_introduced.Task.IsCompleted && MayBeIntroduced();)
        {
            await Task.WhenAny(_introduced.Task, Task.Delay(IntroducerLook, _time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Searches still under way end without a result. While the loop still runs.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await Task.WhenAll(await _loop.CallAsync(_ => _searches.ToArray(), CallKind.Read));
        }
        catch (NodeStoppedException)
        {
            // The loop could not go on: nobody waits for what they bring.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    /// <summary>Where we are reached from now on: published under all secrets.</summary>
    public void Say(IReadOnlyList<string> addresses)
    {
        _said = addresses;
        Publish();
    }

    /// <summary>The network is another one: everybody is looked for anew.</summary>
    public void NetworkChanged()
    {
        _saysSinceChange = 0;
        _schedule.DoubtAll(Now);
    }

    /// <summary>Who may find us, or whom we look for, has changed.</summary>
    public void FindingChanged()
    {
        _targets = _messenger.Wanted().GroupBy(target => target.Contact).ToDictionary(group => group.Key, group => group.ToList());
        // Whom we do not go to, we do not look for by ourselves either; the user can.
        var wanted = _targets.Where(one => one.Value.Exists(target => target.Answers)).Select(one => one.Key).ToHashSet();
        _schedule.Want(wanted, contact => _route.SessionOf(contact) is not null, Now);
        _overlay?.Listen([.. _targets.Values.SelectMany(targets => targets).Where(target => target.Answers).Select(target => new Sought(new FindSecret(target.Secret.Span), target.Maker))]);
        Publish();
    }

    /// <summary>A contact may be at these addresses, and calls with this key; or is one no more.</summary>
    public void PeerChanged(AccountId peer, PeerEndpoint? endpoint)
    {
        var key = endpoint is not null && X25519PublicKey.TryParse(endpoint.TransportKey.Span, out var parsed) ? parsed : (X25519PublicKey?)null;
        if (key is null ? _keys.Remove(peer) : !_keys.TryGetValue(peer, out var known) || known != key)
        {
            if (key is not null)
                _keys[peer] = key.Value;
            _overlay?.Reach.SetContacts([.. _keys.Values]);
        }

        if (endpoint is not null)
            Suggest(endpoint);
    }

    // Nodes of the overlay are there too.
    private void Suggest(PeerEndpoint endpoint) => _overlay?.Suggest(Entries(endpoint.Addresses));

    /// <summary>What was agreed to about relays, from now on.</summary>
    public void SetRelay(RelayConsent consent)
    {
        _consent = consent;
        _overlay?.SetRelay(consent);
        Report();
    }

    /// <summary>A session with a contact opened, or the last one closed.</summary>
    public void Presence(AccountId contact, bool online)
    {
        _schedule.SetOnline(contact, online, Now);
        if (online && _route.SessionOf(contact) is { Carrier: NodeAddress.TcpKind, RemoteEndPoint: System.Net.IPEndPoint remote } && AddressScope.KindOf(Endpoint.From(remote)) == AddressKind.Global)
            _overlay?.TcpWorked();
        Report();
    }

    /// <summary>Somebody waits for a contact: something is in the outbox, or the conversation is open.</summary>
    public void Urge(AccountId contact)
    {
        // Said for each of many messages: calling and looking at once is worth it once a second.
        if (_schedule.Urge(contact, Now))
            _route.Nudge(contact);
    }

    /// <summary>Does what is due.</summary>
    public void Tick()
    {
        var now = Now;
        _searches.RemoveWhere(search => search.IsCompleted);
        foreach (var contact in _schedule.TakeDue(now))
            _searches.Add(SearchAsync(contact, Worth(contact)));
        if (_sayAt <= now)
        {
            _sayAt = null;
            _sayNotBefore = now + (++_saysSinceChange < SaysAtOnce ? SayPause : SayPeriod);
            WhenPlaceChanged?.Invoke();
            // What is done on the loop from now on comes after it.
            if (_place.Via.Count > 0)
                _introduced.TrySetResult();
        }

        if (_newsAt is not { } due || due > now)
            return;
        _newsAt = null;
        _newsNotBefore = now + NewsPeriod;
        _news();
    }

    /// <inheritdoc/>
    void IOverlayObserver.Changed()
    {
        if (Interlocked.Exchange(ref _looking, 1) == 0 && !_loop.TryPost(new TickItem(Look)))
            Volatile.Write(ref _looking, 0);
    }

    /// <inheritdoc/>
    void IOverlayObserver.Meet(X25519PublicKey key, Endpoint at, bool isInitiator) => WhenMeeting?.Invoke(key, at, isInitiator);

    private void Publish()
    {
        if (_overlay is not { } overlay || _said.Count == 0)
            return;
        var content = new Contactable(_said);
        overlay.Publish([.. _messenger.FindableBy().Select(publication => new Publication(new FindSecret(publication.Secret.Span), publication.Signer, content))]);
    }

    /// <summary>The view is another one.</summary>
    private void Look()
    {
        Volatile.Write(ref _looking, 0);
        var view = View;
        _schedule.SetReady(view.Nodes > 0, Now);
        if (view.Nodes > 0)
            _entered.TrySetResult();
        WhenViewChanged?.Invoke();
        Report();
        if (view.Nat.KeepAlive != _keepAlive)
            WhenKeepAliveChanged?.Invoke(_keepAlive = view.Nat.KeepAlive);
        var place = new Place(view.Wan, view.Via, view.Nat.Mapped, view.Nat.MappedAddresses, view.Reachable);
        if (place.Equals(_place))
            return;
        // The first way in is said at once, whatever else was said before it.
        if (_place.Via.Count == 0 && place.Via.Count > 0)
            _sayAt = Now + SayPause;
        Introduced(place.Via);
        _place = place;
        // What belongs together comes within a moment; contacts are told each time, so not too often.
        _sayAt ??= Math.Max(Now + SayPause, _sayNotBefore);
    }

    // Introducers that were lost are back, or others are in their place: who was behind them may be there again too. Not at the start, when whoever is called is called with all there is.
    private void Introduced(IReadOnlyList<string> via)
    {
        var now = Now;
        var lost = _place.Via.Except(via, StringComparer.Ordinal).ToList();
        var isBack = via.Any(_lostVia.Contains) || (_place.Via.Count == 0 && via.Count > 0 && _lostVia.Count > 0);
        if (_lostVia.Count + lost.Count > MaxLostVia)
            _lostVia.Clear();
        _lostVia.UnionWith(lost);
        _lostVia.ExceptWith(via);
        if (!isBack || now < _callNotBefore)
            return;
        _callNotBefore = now + CallAnewPeriod;
        _schedule.UrgeAll(now);
        _route.CallAnew();
        WhenIntroducedAgain?.Invoke();
    }

    // Whether one is needed, and there is anybody who could be one.
    private bool MayBeIntroduced() => _overlay is not { View: var view } || (view.Reachable != true && (view.Active > 0 || view.Entries.Any(entry => entry.State != Kith.Overlay.EntryState.Failed)));

    /// <summary>The network looks otherwise to people; they are told when somebody watches, and not too often.</summary>
    public void Report()
    {
        if (_isWatched())
            _newsAt ??= Math.Max(Now, _newsNotBefore);
    }

    // At a contact's addresses there are nodes of the overlay, and where somebody introduces to them there is one for certain.
    private static string[] Entries(IEnumerable<string> addresses) =>
        [.. addresses.Select(text => NodeAddress.TryParse(text, out var address) ? address!.ToIPEndPoint()?.ToString() : null).OfType<string>().Distinct(StringComparer.Ordinal)];

    // Where others reach us, as far as it matters for what is said.
    private sealed record Place(Endpoint? Wan, IReadOnlyList<string> Via, Endpoint? Mapped, IReadOnlyList<string> Router, bool? Reachable)
    {
        public bool Equals(Place? other) => other is not null && Wan == other.Wan && Mapped == other.Mapped && Reachable == other.Reachable
            && Via.SequenceEqual(other.Via, StringComparer.Ordinal) && Router.SequenceEqual(other.Router, StringComparer.Ordinal);

        public override int GetHashCode() => HashCode.Combine(Wan, Mapped, Reachable, Via.Count, Router.Count);
    }
}
