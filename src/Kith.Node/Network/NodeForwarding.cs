using Kith.Crypto;
using Kith.Delivery.Privacy;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Hosting;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Sending;
using Kith.Messaging;
using Kith.Node.Loop;
using Kith.Overlay;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// Between the messenger and forwarding, on the loop: tells contacts where packets for us end, and forwarding where those for them do; what comes is opened inside a transaction and acknowledged after its commit. The calls of
/// the observer come on forwarding's threads.
/// </summary>
internal sealed class NodeForwarding : IForwardingObserver
{
    /// <summary>How often it is looked whom forwarders reach, milliseconds.</summary>
    private const long LookPeriod = 500;

    private static readonly PeerOrigin ByForwarders = new(Delivery.RouteKind.Forward, default, default);

    private readonly IPeerProtocol _messenger;
    private readonly HeldEffects _effects;
    private readonly PrivacyBoard _privacy;
    private readonly IRecordStore _records;
    private readonly EvenClock _clock;
    private readonly Dictionary<AccountId, PeerEndpoint> _peers = [];
    private readonly HashSet<AccountId> _up = [];
    private NodeLoop? _loop;
    private IForwarding? _forwarding;
    private long? _lookAt;
    private int _isKeeping; // 1 while it waits on the loop to be done
    private bool _offers = true;
    private volatile PathSettings _paths = PathSettings.Standard;
    private OnionPoint? _onion;

    /// <param name="messenger">Whose contacts they are.</param>
    /// <param name="effects">What waits for the commit.</param>
    /// <param name="privacy">Who may learn where we are.</param>
    /// <param name="records">Where guards and handles are kept over a restart.</param>
    /// <param name="time">The clock.</param>
    public NodeForwarding(IPeerProtocol messenger, HeldEffects effects, PrivacyBoard privacy, IRecordStore records, TimeProvider time)
    {
        (_messenger, _effects, _privacy, _records, _clock) = (messenger, effects, privacy, records, new EvenClock(time));
        Route = new ForwardRoute(time);
    }

    /// <summary>The route.</summary>
    public ForwardRoute Route { get; }

    /// <summary>Told whether forwarders lead to a contact, when that has changed.</summary>
    public Action<AccountId, bool>? WhenReached { get; set; }

    /// <summary>Told that there is room again for a contact.</summary>
    public Action<AccountId>? WhenReady { get; set; }

    /// <summary>Called before what came is opened, inside the transaction: it may be a receipt for what has just gone.</summary>
    public Action? WhenReceiving { get; set; }

    /// <summary>Given back what was sent once and did not arrive.</summary>
    public Action<AccountId, ReadOnlyMemory<byte>>? WhenLeft { get; set; }

    /// <summary>Entry points at onion addresses and what became of them.</summary>
    public IReadOnlyList<OnionEntry> OnionEntries => _forwarding?.OnionEntries ?? [];

    /// <summary>How many stand between two people, which counts for drops, too. On any thread.</summary>
    public int Length => _paths.Forwarders;

    /// <summary>What is true of forwarding; null until it runs.</summary>
    public ForwardingView? View => _forwarding?.View;

    /// <summary>To whom forwarders lead, and are what messages take. For the loop.</summary>
    public IReadOnlySet<AccountId> Reached => _up;

    /// <summary>When <see cref="Tick"/> has something to do (unix milliseconds), or null.</summary>
    public long? NextDeadline => _clock.Wall(_lookAt);

    private long Now => _clock.Now();

    /// <summary>What was made after this.</summary>
    public void Bind(NodeLoop loop) => _loop = loop;

    /// <summary>Guards and handles of an earlier run, once <see cref="Load"/> has found some.</summary>
    public SavedForwarding Saved { get; private set; } = SavedForwarding.None;

    /// <summary>Looks for what an earlier run kept; what is of another privacy setting is erased: guards that know where a person is must not become those of one who says so to nobody. On the loop, inside a transaction.</summary>
    public void Load()
    {
        Saved = SavedForwarding.None;
        if (_records.Get(RecordKind.Forwarding, []) is not { Length: > 0 } kept)
            return;
        if (kept[0] == (byte)_privacy.Own && SavedForwarding.TryRead(kept.AsSpan(1), out var saved))
            Saved = saved;
        else
            _records.Remove(RecordKind.Forwarding, []);
    }

    /// <summary>It runs from now on. On the loop.</summary>
    public void Attach(IForwarding forwarding)
    {
        _forwarding = forwarding;
        Route.Attach(forwarding);
        SetPaths();
        forwarding.SetOnion(_onion);
        foreach (var (peer, endpoint) in _peers)
            Tell(peer, endpoint);
        ContactsChanged();
        _lookAt = Now;
    }

    /// <summary>It is about to end. On any thread.</summary>
    public void Detach() => _forwarding = null;

    /// <summary>A contact is met elsewhere, may learn other things, or is one no more. On the loop, after the commit.</summary>
    public void PeerChanged(AccountId peer, PeerEndpoint? endpoint)
    {
        if (endpoint is null ? !_peers.Remove(peer) : _peers.TryGetValue(peer, out var known) && known.Privacy == endpoint.Privacy && known.TransportKey.Span.SequenceEqual(endpoint.TransportKey.Span)
            && known.Meetings.SequenceEqual(endpoint.Meetings, StringComparer.Ordinal) && known.Addresses.SequenceEqual(endpoint.Addresses, StringComparer.Ordinal))
            return;
        if (endpoint is not null)
            _peers[peer] = endpoint;
        Tell(peer, endpoint);
        ContactsChanged();
        Look();
    }

    /// <summary>The setting is another one: what it forbids ends at once, before the network is begun anew. On the loop.</summary>
    public void PrivacyChanged()
    {
        foreach (var (peer, endpoint) in _peers)
            Tell(peer, endpoint);
        ContactsChanged();
        Look();
    }

    /// <summary>The setting, or an exception from it, is another one.</summary>
    public void ContactsChanged()
    {
        if (_forwarding is not { } forwarding)
            return;
        AccountId[] met = [.. _peers.Where(peer => Allows(peer.Value)).Select(peer => peer.Key)];
        // The meeting points of all are of one form: one contact who must not learn where we are decides for all.
        var isVeiled = _privacy.Own != PrivacyLevel.Open || _peers.Values.Any(peer => peer.Privacy == PrivacyLevel.Veiled);
        forwarding.Meet(met.Length == 0 ? MeetingForm.None : isVeiled ? MeetingForm.Veiled : MeetingForm.Open, met, sends: met.Length > 0 || _paths.Loops > 0);
        // Whoever knows this device's key, as contacts do, finds it among forwarders: not while there is one who must not.
        forwarding.Offer(_offers && (_privacy.Own == PrivacyLevel.Veiled || !_privacy.HasExceptions));
        forwarding.SetContactNodes(
            [.. _peers.Values.Select(peer => X25519PublicKey.TryParse(peer.TransportKey.Span, out var key) ? key : (X25519PublicKey?)null).OfType<X25519PublicKey>()],
            [.. _peers.Values.SelectMany(peer => peer.Addresses).Select(text => NodeAddress.TryParse(text, out var address) && address!.ToIPEndPoint() is { } at ? Endpoint.From(at) : (Endpoint?)null).OfType<Endpoint>().Distinct()]);
    }

    /// <summary>Where strangers come in through Tor; null for nowhere. On the loop.</summary>
    public void SetOnion(OnionPoint? onion)
    {
        if (_onion == onion)
            return;
        _onion = onion;
        _forwarding?.SetOnion(onion);
    }

    /// <summary>What the user has chosen: whether this node forwards for others, and how its own packets go. On the loop.</summary>
    public void Take(Settings settings)
    {
        if (_offers == settings.Forwarding && _paths == settings.Paths)
            return;
        (_offers, _paths) = (settings.Forwarding, settings.Paths);
        SetPaths();
        ContactsChanged();
    }

    private void SetPaths()
    {
        _forwarding?.SetPaths(_paths.Forwarders, _paths.HopDelay);
        _forwarding?.SetCover(_paths.Loops, _paths.Dummies);
    }

    // Not while there are other ways, which are faster. Tor may be missing here, or be slow to find them: until there is a session through it, forwarders do.
    private bool IsUsual(AccountId peer, PeerEndpoint endpoint) =>
        endpoint.Privacy == PrivacyLevel.Veiled || !endpoint.Addresses.Any(address => PrivacyRules.AllowsAddress(endpoint.Privacy, address) && !NodeAddress.IsOnion(address)) || Route.IsWanted(peer);

    /// <summary>Does what is due.</summary>
    public void Tick()
    {
        if (_lookAt is { } due && due <= Now)
            Look();
    }

    /// <summary>Sends one at best effort to a contact whom forwarders lead to, a receipt; false when they do not.</summary>
    public bool TrySendOnce(AccountId peer, ReadOnlyMemory<byte> envelope) => _up.Contains(peer) && Route.TrySendOnce(peer, envelope);

    /// <summary>A message to a contact asks for this route by name. After the commit.</summary>
    public void Want(AccountId peer)
    {
        Route.Want(peer);
        Look();
    }

    /// <inheritdoc/>
    void IForwardingObserver.Received(AccountId from, MessageId id, ReadOnlyMemory<byte> envelope) => Post(new ActionItem(() =>
    {
        WhenReceiving?.Invoke();
        _messenger.ReceiveEnvelope(ByForwarders, envelope);
        _effects.After(() => _forwarding?.Committed(from, id));
    }));

    /// <inheritdoc/>
    void IForwardingObserver.Acknowledged(SentMessage message) => Post(() => Route.Acknowledged(message.Peer, message.Id));

    /// <inheritdoc/>
    void IForwardingObserver.GivenUp(SentMessage message) => Post(() =>
    {
        if (Route.GivenUp(message.Peer, message.Id) is { } left)
            WhenLeft?.Invoke(message.Peer, left);
        Look();
    });

    /// <inheritdoc/>
    void IForwardingObserver.HasRoom() => Post(() =>
    {
        foreach (var peer in _up)
            WhenReady?.Invoke(peer);
    });

    /// <inheritdoc/>
    void IForwardingObserver.AddressesChanged(AccountId contact) => Post(new ActionItem(() =>
    {
        if (_forwarding is not { } forwarding)
            return;
        // What a contact is told is there after a restart too.
        Keep(forwarding);
        _messenger.SetMeetings(contact, [.. forwarding.AddressesFor(contact).Select(address => address.ToString())]);
    }));

    /// <inheritdoc/>
    void IForwardingObserver.KeepChanged()
    {
        if (Interlocked.Exchange(ref _isKeeping, 1) == 0)
            Post(new ActionItem(() =>
            {
                Interlocked.Exchange(ref _isKeeping, 0);
                if (_forwarding is { } forwarding)
                    Keep(forwarding);
            }));
    }

    // Inside a transaction. What was given up is erased, not only written over in some later place.
    private void Keep(IForwarding forwarding)
    {
        byte[] now = [(byte)_privacy.Own, .. forwarding.Save().ToArray()];
        if (_records.Get(RecordKind.Forwarding, []) is { } before)
        {
            if (before.AsSpan().SequenceEqual(now))
                return;
            _records.Remove(RecordKind.Forwarding, []);
        }

        _records.Put(RecordKind.Forwarding, [], now);
    }

    private void Post(Action work) => Post(new TickItem(work));

    // While the loop has too much to do, in memory: what is under way is bounded on both sides.
    private void Post(WorkItem item)
    {
        if (_loop is { } loop && !loop.TryPost(item))
            _ = loop.PostAsync(item).AsTask();
    }

    private bool Allows(PeerEndpoint endpoint) =>
        PrivacyRules.Allows(PrivacyRules.Towards(_privacy.Own, endpoint.Privacy), _privacy.OwnForRoutes, Delivery.RouteKind.Forward);

    private void Tell(AccountId peer, PeerEndpoint? endpoint)
    {
        var isAllowed = endpoint is not null && Allows(endpoint);
        if (!isAllowed)
            Route.Remove(peer);
        _forwarding?.SetMeetings(peer, endpoint is null || !isAllowed ? [] : [.. endpoint.Meetings.Select(text => MeetingAddress.TryParse(text, out var address) ? address : null).OfType<MeetingAddress>()]);
    }

    // Whether forwarders lead to somebody depends on much that nobody tells.
    private void Look()
    {
        if (_forwarding is null)
            return;
        var any = false;
        foreach (var (peer, endpoint) in _peers)
        {
            any |= endpoint.Meetings.Count > 0;
            Show(peer, endpoint.Meetings.Count > 0 && IsUsual(peer, endpoint) && Route.Reaches(peer));
        }

        foreach (var gone in _up.Where(peer => !_peers.ContainsKey(peer)).ToArray())
            Show(gone, isUp: false);
        _lookAt = any ? Now + LookPeriod : null;
    }

    private void Show(AccountId peer, bool isUp)
    {
        if (isUp ? _up.Add(peer) : _up.Remove(peer))
            WhenReached?.Invoke(peer, isUp);
    }
}
