using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Overlay.Entry;
using Kith.Overlay.Host;
using Kith.Overlay.Knock;
using Kith.Overlay.Nat;
using Kith.Overlay.Reach;
using Kith.Overlay.Relay;
using Kith.Overlay.Rendezvous;
using Kith.Overlay.Swarm;
using Kith.Overlay.Walker;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay;

/// <summary>
/// All of the overlay as one state machine: hands each datagram to the core that it is for, and tells each core what the others have learned. Without I/O, for one thread at a time.
/// </summary>
internal sealed partial class OverlayCore : IDatagramCore, IDisposable
{
    /// <summary>Between two looks at what changes by itself, milliseconds.</summary>
    private const long UpkeepPeriod = 1_000;

    private readonly OverlayOptions _options;
    private readonly IOutside _outside;
    private readonly ushort _port;
    private readonly SwarmSeal? _seal;
    private readonly SealingSink _sink;
    private readonly InboundLimit _limit;
    private readonly Reachability _reachability;
    private OwnNetworks _networks;
    private long _upkeepDue = long.MaxValue;
    private long _now;
    private bool _hadPeers;
    private bool _hadNodes;

    /// <summary>Makes a core that sends nothing before <see cref="Start"/>.</summary>
    /// <param name="options">How it takes part.</param>
    /// <param name="port">The number of the UDP port that it listens on.</param>
    /// <param name="networks">The networks that it is on.</param>
    /// <param name="sink">Its port.</param>
    /// <param name="outside">Everything else outside.</param>
    /// <param name="random">Its randomness.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="listensOnLoopbackOnly">Whether the port is bound to loopback alone, whatever networks come; null: as the networks are now.</param>
    public OverlayCore(
        OverlayOptions options, ushort port, OwnNetworks networks, IDatagramSink sink, IOutside outside, IRandom random, long now, bool? listensOnLoopbackOnly = null)
    {
        _options = options;
        _outside = outside;
        _networks = networks;
        _seal = options.Swarm is { } swarm ? new SwarmSeal(swarm, random, now) : null;
        _port = port;
        _seal?.SetOwn(networks.Addresses.Select(own => own.WithPort(port)));
        if (outside.NatSockets.AlternatePort is > 0 and var alternate)
            _seal?.AddPort(alternate);
        _limit = new InboundLimit(random);
        _reachability = new Reachability(networks);
        _sink = new SealingSink(sink, _seal, _reachability) { Now = now, Networks = networks };
        _extraPort = new ExtraPort(outside.NatSockets);
        _extraSink = new SealingSink(_extraPort, _seal, _reachability) { Now = now, Networks = networks };
        Dht = new DhtCore(new DhtOptions { Networks = networks }, _sink, random);
        Dht.KithAnswered = IntroduceTo;
        Walker = new WalkerCore(new WalkerOptions(networks) { Observer = this }, _sink, random);
        Nat = new NatCore(this, random);
        Rendezvous = new RendezvousCore(this, random);
        Knocks = new KnockCore(options.Knock ?? options.Swarm is not null, _sink, random, () => Walker.Neighbours(_now), outside.Knocked);
        Relay = new RelayCore(networks, _sink, random, Registrations, outside);
        Reach = new ReachCore(this, options.Identity, random);
        Registrations.Source = new RegistrationsForRelay(this);
        Entry = new EntryCore(EntryOptionsOf(options, port, listensOnLoopbackOnly ?? networks.IsLoopbackOnly), this, random);
    }

    /// <summary>The DHT.</summary>
    public DhtCore Dht { get; }

    /// <summary>The walker.</summary>
    public WalkerCore Walker { get; }

    /// <summary>The ways in.</summary>
    public EntryCore Entry { get; }

    /// <summary>Bytes received.</summary>
    public long BytesIn { get; private set; }

    /// <summary>Bytes sent.</summary>
    public long BytesOut => _sink.BytesOut + _extraSink.BytesOut;

    /// <inheritdoc/>
    public long NextDeadline =>
        Math.Min(
            Math.Min(Math.Min(_upkeepDue, Nat.NextDeadline), Math.Min(Relay.NextDeadline, Rendezvous.NextDeadline)),
            Math.Min(Math.Min(Dht.NextDeadline, Reach.NextDeadline), Math.Min(Walker.NextDeadline, Entry.NextDeadline)));

    /// <summary>Begins: tries every way in at once.</summary>
    public void Start(long now)
    {
        Enter(now);
        _upkeepDue = now + UpkeepPeriod;
        Entry.Start(now);
        Nat.Start(now);
        Reach.Start(now);
    }

    /// <inheritdoc/>
    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        Enter(now);
        if (datagram is [ProbePacket.First, ..])
        {
            ReceiveProbe(from, datagram);
            return;
        }

        if (!TryAdmit(from, isForAll: false, ref datagram))
            return;
        switch (DatagramKinds.Of(datagram))
        {
            case DatagramKind.Dht:
                _reachability.Received(now, from);
                Dht.Receive(now, from, datagram);
                break;
            case DatagramKind.Walker:
                _reachability.Received(now, from);
                Walker.Receive(now, from, datagram);
                break;
            case DatagramKind.Knock:
                Knocks.Receive(now, from, datagram);
                break;
            case DatagramKind.Nat:
                _reachability.Received(now, from);
                Nat.Receive(now, NatSocket.Main, from, datagram);
                break;
            case DatagramKind.Relay:
                Relay.Receive(now, from, datagram);
                break;
            case DatagramKind.Reach:
                Reach.Receive(now, from, datagram);
                break;
            case DatagramKind.Beacon:
                Entry.Receive(now, from, datagram);
                break;
            case DatagramKind.None:
            default:
                break;
        }

        Exchange();
    }

    /// <summary>Takes what came to the local network's group.</summary>
    public void ReceiveMulticast(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        Enter(now);
        // A beacon makes us send to its sender: an address that cannot be on the link is somebody else's.
        if (_networks.MayBeOnLink(from) && TryAdmit(from, isForAll: true, ref datagram))
            Entry.HeardLocal(now, from, datagram);
    }

    /// <inheritdoc/>
    public void Tick(long now)
    {
        Enter(now);
        if (Dht.NextDeadline <= now)
            Dht.Tick(now);
        if (Walker.NextDeadline <= now)
            Walker.Tick(now);
        if (Rendezvous.NextDeadline <= now)
            Rendezvous.Tick(now);
        if (Nat.NextDeadline <= now)
            Nat.Tick(now);
        if (Relay.NextDeadline <= now)
            Relay.Tick(now);
        if (Reach.NextDeadline <= now)
            Reach.Tick(now);
        if (Entry.NextDeadline <= now)
            Entry.Tick(now);
        if (_upkeepDue <= now)
        {
            _upkeepDue = now + UpkeepPeriod;
            Upkeep();
        }

        Exchange();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Nat.Stop();
        Reach.Dispose();
        _seal?.Dispose();
    }

    private static EntryOptions EntryOptionsOf(OverlayOptions options, ushort port, bool loopbackOnly) => new()
    {
        Remembered = [.. options.Remembered.Select(text => Endpoint.TryParse(text, out var node) ? node : default).Where(node => node != default)],
        Named = options.EntryPoints,
        DynamicDns = options.DynamicDns,
        LocalNetwork = options.LocalNetwork,
        Mainline = options.Mainline,
        PrivateSwarm = options.Swarm is not null,
        LoopbackOnly = loopbackOnly,
        ListenPort = port,
    };

    private void Enter(long now)
    {
        _now = now;
        _sink.Now = now;
        _extraSink.Now = now;
    }

    private bool TryAdmit(Endpoint from, bool isForAll, ref ReadOnlySpan<byte> datagram)
    {
        BytesIn += datagram.Length;
        if (!_networks.MayAnswer(from) || !_limit.TryTake(_now, from, _networks.AreLifted(from) || UdpPort.IsVirtual(from)))
            return false;
        HeardFrom(from);
        if (_seal is null)
            return true;
        if (!_seal.TryOpen(_now, from, datagram, isForAll, out var opened))
            return false;
        datagram = opened;
        return true;
    }
}
