using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Delivery.Routes;
using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Node.Events;
using Kith.Node.Loop;
using Kith.Node.Network;
using Kith.Overlay.Reach;
using Kith.Overlay.Relay;
using Kith.Storage;
using Kith.Storage.Forwarding;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Tcp;
using Kith.Transport.Tunnels;
using Kith.Transport.Udp;

namespace Kith.Node;

/// <summary>Everything of a node but its API: vault, messenger, delivery, sessions and the loop that drives them.</summary>
internal sealed partial class NodeCore : IAsyncDisposable
{
    /// <summary>How long nothing must have been written before the vault is tidied.</summary>
    private const long QuietBeforeUpkeep = 2_000;

    private readonly Vault _vault;
    private readonly HeldEffects _effects;
    private readonly TimeProvider _time;
    private readonly Batches _batches;
    private readonly NodeLoop _loop;
    private readonly LoopTimer _timer;
    private readonly PeerTraffic _traffic;
    private readonly List<IPEndPoint> _listening = [];
    private readonly TunnelPort _tunnelPort;
    private readonly RelayedWaiting _relayedWaiting;
    private readonly Meetings _meetings;
    private readonly TransportIdentity _identity; // the person's device
    private readonly TransportIdentity _nodeIdentity; // what strangers meet: the same, but not under veiled
    private readonly X25519PrivateKey? _nodeKey;
    private NamelessDialer? _personDialer;
    private readonly TcpCarrier _carrier;
    private readonly List<ICarrier> _carriers;
    private readonly SessionTakers _takers = new();
    private readonly SecretBytes? _swarmKey;
    private NetworkWatch? _watch;
    private Task _overlayStart = Task.CompletedTask;
    private Task _tunnelPortSet = Task.CompletedTask;
    private bool _carriesOverUdp = true;
    private UdpCarrier? _udpCarrier;
    private NodeCarrier? _reaching;
    private TunnelServer? _tunnelServer;
    private OverlayRun? _overlayRun;
    private volatile DropsRun? _dropsRun;
    private volatile ForwardingRun? _forwardingRun;
    private ForwardingStore? _forwardingStore;
    private readonly DropGuards _dropGuards;
    private long _room;
    private volatile ReachCarrier? _reach;
    private readonly EvenClock _clock;
    private long? _upkeepAt;

    private NodeCore(Vault vault, Messenger messenger, HeldEffects effects, string home, NetworkSetup setup, TimeProvider time, Action<Exception> defect, Action<Exception> fatal)
    {
        (_vault, _effects, _time, _clock, Messenger) = (vault, effects, time, new EvenClock(time), messenger);
        var keys = messenger.Keys.Device;
        // docs/protocol/swarm.md, "Sessions": the swarm's key is Noise's psk0, so an outsider's first packet fails and gets no answer.
        _swarmKey = setup.Swarm?.Derive("kith swarm session v1"u8);
        _identity = new TransportIdentity(keys.Transport, _swarmKey, SystemRandom.Instance);
        Privacy.Take(messenger.Settings);
        // Who is veiled lends the network a node that contacts cannot tell to be theirs: another key each run. Under onion nobody is served, and strangers are called under it.
        _nodeKey = Privacy.Own != PrivacyLevel.Open ? X25519PrivateKey.Generate(SystemRandom.Instance) : null;
        _nodeIdentity = _nodeKey is null ? _identity : _identity with { StaticKey = _nodeKey };
        _carrier = new TcpCarrier(_nodeIdentity, time);
        Tor = new NodeTor(home, setup.Tor, _identity, _nodeIdentity, time, () => _loop?.TryPost(new TickItem(TorChanged)));
        OffersTorEntry = setup.TorEntry;
        IsOnion = Privacy.IsThroughTor = Privacy.Own == PrivacyLevel.Onion;
        var sink = new InputSink();
        // UDP first; TCP a little later where nobody answers by it.
        Route = new DirectRoute(keys.Transport.PublicKey, _carriers = Privacy.Own == PrivacyLevel.Open ? [_carrier, Tor] : [Tor], sink, time, SystemRandom.Instance) { Takers = _takers, WhenInUse = Attend, Allows = Privacy.AllowsSession };
        _tunnelPort = new TunnelPort(Route, _carrier);
        _relayedWaiting = new RelayedWaiting(vault.Outbox, time);
        Drops = new NodeDrops(messenger, effects, time, () => _loop!.TryPost(new TickItem(Overlay!.Report)));
        Forwarding = new NodeForwarding(messenger, effects, Privacy, vault.Records, time);
        var delivery = new DeliveryCore(vault.Outbox, [Route, Route.Relayed, Route.Onion, Forwarding.Route], new RoutePolicy(Privacy.Towards, () => Privacy.OwnForRoutes), Drops);
        _traffic = new PeerTraffic(delivery, _relayedWaiting, Route, Privacy, messenger, effects, time, Publish) { WhenLeft = Drops.Leave, WhenBoxesChanged = Drops.Update, WhenOnionChanged = ApplyOnion, WhenCalledAt = Tor.Keys.Set };
        _batches = new Batches(new VaultTransactions(vault), messenger, effects, _traffic, Publish, defect, time);
        _loop = new NodeLoop(messenger, _batches, AfterBatch, fatal);
        _timer = new LoopTimer(time, () => _loop.TryPost(new TickItem(Tick)));
        sink.Bind(_loop, _traffic);
        Drops.Bind(_loop, delivery);
        _dropGuards = new DropGuards(vault.Records, Privacy.Own);
        Drops.WhenGuardsChanged = _dropGuards.Keep;
        Forwarding.Bind(_loop);
        Forwarding.WhenReached = _traffic.Reached;
        Forwarding.WhenReady = delivery.RouteReady;
        Forwarding.WhenLeft = _traffic.Leave;
        Forwarding.WhenReceiving = _traffic.TellUnusual;
        Overlay = new NodeOverlay(_loop, messenger, Route, effects, time, () => Events.Any, TellNetwork);
        Overlay.MayBeginAtContacts = Privacy.Own == PrivacyLevel.Open;
        Overlay.WhenPlaceChanged = () => _loop.TryPost(new ActionItem(SayAddresses));
        Overlay.WhenViewChanged = () =>
        {
            _dropsRun?.OverlayChanged();
            _forwardingRun?.Forwarding.OverlayChanged();
        };
        _traffic.Overlay = Overlay;
        _traffic.Forwarding = Forwarding;
        _traffic.WhenAddressed = Follow;
        RelayCalls = new RelayCalls(Route, Relays, time);
        _relayedWaiting.Want = RelayCalls.Want;
        Overlay.WhenIntroducedAgain = RelayCalls.Urge;
        _meetings = new Meetings(_carrier, Route);
        Overlay.WhenMeeting = (key, at, isInitiator) => _meetings.Begin(key, at, isInitiator, ListenPort);
        _batches.Run([new ActionItem(Begin)]);
    }

    /// <summary>The messenger; for the loop alone.</summary>
    public Messenger Messenger { get; }

    /// <summary>The sessions.</summary>
    public DirectRoute Route { get; }

    /// <summary>The overlay.</summary>
    public NodeOverlay Overlay { get; }

    /// <summary>What goes through forwarders.</summary>
    public NodeForwarding Forwarding { get; }

    /// <summary>What is left with holders, and kept for others.</summary>
    public NodeDrops Drops { get; }

    /// <summary>Room offered to others, bytes.</summary>
    public long Room => Interlocked.Read(ref _room);

    /// <summary>What the user has said of relays.</summary>
    public RelayChoice Relays { get; } = new();

    /// <summary>Who may learn where we are.</summary>
    public PrivacyBoard Privacy { get; } = new();

    /// <summary>Sessions for what must go through a relay.</summary>
    public RelayCalls RelayCalls { get; }

    /// <summary>Whether everything goes through Tor in this run: no port, no datagram, no overlay.</summary>
    public bool IsOnion { get; }

    /// <summary>Tor.</summary>
    public NodeTor Tor { get; }

    /// <summary>Told, on the loop, that the privacy setting is another one: what this run is made of no longer fits.</summary>
    public Action? WhenPrivacyChanged { get; set; }

    /// <summary>Whether mainline's routers may be asked: for what to advise.</summary>
    public bool MayAskMainline { get; private set; }

    /// <summary>The UDP port, when the system gave one.</summary>
    public UdpPort? Udp { get; private set; }

    /// <summary>Why there is no UDP port, one sentence; null when there is.</summary>
    public string? UdpFailure { get; private set; }

    /// <summary>The vault; for the loop alone.</summary>
    public Vault Vault => _vault;

    /// <summary>The loop.</summary>
    public NodeLoop Loop => _loop;

    /// <summary>Who hears what happened.</summary>
    public NodeEvents Events { get; } = new();

    /// <summary>What is true of contacts now.</summary>
    public ContactBoard Board { get; } = new();

    /// <summary>Where other nodes reach this one, text form.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>The port that is listened on first; 0 where none is.</summary>
    public int ListenPort => _listening.Count == 0 ? 0 : _listening[0].Port;

    /// <summary>Opens the vault and the account in it. Nothing is called or listened on yet.</summary>
    /// <exception cref="VaultException">The home cannot be used.</exception>
    /// <exception cref="MessengerException">The name cannot be one.</exception>
    public static NodeCore Open(NodeOptions options, NetworkSetup setup, Action<Exception> defect, Action<Exception> fatal)
    {
        var vault = Vault.Open(new VaultOptions { Home = options.Home, Passphrase = options.Passphrase, Time = options.Time });
        try
        {
            var effects = new HeldEffects();
            vault.Begin();
            var messenger = Messenger.Open(new MessengerStores(vault.Records, vault.Messages, vault.Outbox), effects, options.Time, SystemRandom.Instance, options.Name);
            var settings = messenger.Settings with { Name = options.Name ?? messenger.Settings.Name };
            if (options.Privacy is { } privacy)
                settings = settings with { Privacy = privacy };
            if (options.Relay is { } relay)
                settings = settings with { Relay = relay, RelayAsked = true };
            if (settings != messenger.Settings)
            {
                messenger.ChangeSettings(settings);
                messenger.EndBatch();
            }

            vault.Commit();
            return new NodeCore(vault, messenger, effects, options.Home, setup, options.Time, defect, fatal) { _carriesOverUdp = options.Network.UdpSessions };
        }
        catch
        {
            vault.Dispose();
            throw;
        }
    }

    /// <summary>Begins to work: says the own addresses and calls the contacts.</summary>
    public async Task StartAsync()
    {
        // Before anybody is called.
        Udp?.Start();
        _watch = new NetworkWatch(_listening, _time, OnNetworkChanged) { ClockSetBack = () => _loop.TryPost(new TickItem(Tick)) };
        Addresses = OwnAddresses.Of(_listening);
        _loop.Start();
        await _loop.CallAsync(
            _ =>
            {
                CallPeers();
                SayAddresses();
                return true;
            },
            CallKind.Change);
    }

    /// <summary>Closes the sessions, ends the loop when what was queued is done, and lets the home go.</summary>
    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        await _overlayStart;
        await _tunnelPortSet;
        await _doorSet;
        _tunnelPort.Dispose();
        if (_watch is not null)
            await Overlay.StopAsync();
        _reaching?.GiveUp();
        await RelayCalls.DisposeAsync();
        await _meetings.DisposeAsync();
        if (_reach is not null)
            await _reach.DisposeAsync();
        Drops.Detach();
        Forwarding.Detach();
        if (_forwardingRun is not null)
            await _forwardingRun.DisposeAsync();
        _forwardingStore?.Dispose();
        var drops = _dropsRun is null ? Task.CompletedTask : _dropsRun.DisposeAsync().AsTask();
        // While the port and the overlay still carry the last words.
        await Route.DisposeAsync();
        await Tor.DisposeAsync();
        await drops;
        if (_tunnelServer is not null)
            await _tunnelServer.DisposeAsync();
        if (_overlayRun is not null)
            await _overlayRun.DisposeAsync();
        if (_udpCarrier is not null)
            await _udpCarrier.DisposeAsync();
        if (Udp is not null)
            await Udp.DisposeAsync();
        if (_watch is not null)
            await _loop.StopAsync();
        _timer.Dispose();
        Overlay.Dispose();
        if (_personDialer is not null)
            await _personDialer.DisposeAsync();
        _nodeKey?.Dispose();
        _swarmKey?.Dispose();
        Messenger.Keys.Dispose();
        _vault.Dispose();
    }

    private void Begin()
    {
        Board.Load(Messenger.Contacts());
        Privacy.Load(Messenger.Settings, Messenger.Contacts());
        Forwarding.Take(Messenger.Settings);
        Forwarding.Load();
        _dropGuards.Load();
        Relays.Take(Messenger.Settings);
        ApplyRelays();
    }

    // Once all carriers are there that they may be called by.
    private void CallPeers()
    {
        foreach (var (peer, endpoint) in Messenger.Peers())
            _effects.PeerChanged(peer, endpoint);
    }

    private void Tick()
    {
        _timer.Expired();
        var now = _clock.Now();
        Overlay.Tick();
        Drops.Tick();
        Forwarding.Tick();
        Tor.Person?.Tick(now);
        if (_traffic.Tick())
            _upkeepAt = now + QuietBeforeUpkeep;
        if (_upkeepAt > now || _upkeepAt is null)
            return;
        _upkeepAt = null;
        Tor.Person?.Quiet();
        _loop.TryPost(new UpkeepItem(_vault));
    }

    private void AfterBatch(bool worked)
    {
        if (worked)
            _upkeepAt = _clock.Now() + QuietBeforeUpkeep;
        var own = Deadlines.Earlier(_clock.Wall(Deadlines.Earlier(_upkeepAt, Tor.Person?.NextDeadline)), _batches.CommitDeadline);
        _timer.Set(Deadlines.Earlier(Deadlines.Earlier(Deadlines.Earlier(Deadlines.Earlier(_traffic.NextDeadline, Forwarding.NextDeadline), Drops.NextDeadline), Overlay.NextDeadline), own), _time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    private void ApplyOnion() => Tor.Person?.Apply(Messenger.Onion(), _clock.Now());

    private void Publish(MessengerEvent what)
    {
        switch (what)
        {
            case MessengerEvent.SettingsChanged changed:
                if (Privacy.Take(changed.Settings))
                {
                    // At once, and then everything anew in its place.
                    Route.Review();
                    Forwarding.PrivacyChanged();
                    WhenPrivacyChanged?.Invoke();
                }

                Forwarding.Take(changed.Settings);
                _dropsRun?.HidingChanged();
                if (Relays.Take(changed.Settings))
                    ApplyRelays();
                break;
            case MessengerEvent.ContactChanged { Contact: var contact }:
                if (Privacy.Put(contact.Id, contact.Privacy))
                {
                    Forwarding.ContactsChanged();
                    _dropsRun?.HidingChanged();
                }

                break;
            case MessengerEvent.ContactRemoved removed:
                Privacy.Remove(removed.Contact);
                Forwarding.ContactsChanged();
                break;
        }

        // The hot path: a message that nobody watches costs nothing here.
        if (what is not MessengerEvent.MessageChanged || Events.Any)
            Publish(new NodeEvent.Messaging(what, Board));
    }

    private void Publish(NodeEvent happened)
    {
        Board.Apply(happened);
        Events.Publish(happened);
    }
}
