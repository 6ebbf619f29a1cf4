using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>
/// Relays (docs/protocol/relay.md): circuits that this node carries for others and circuits that it uses, each only with the consent of all three. A state machine without I/O, for one
/// thread; packets on circuits go past it, through <see cref="Table"/>.
/// </summary>
internal sealed class RelayCore : IDatagramCore
{
    private readonly RelayGround _ground;
    private readonly RelayServer _server;
    private readonly RelayClient _client;

    /// <summary>A core that has agreed to nothing.</summary>
    /// <param name="networks">The networks that we are on.</param>
    /// <param name="sink">Where control messages go.</param>
    /// <param name="random">For ids and keys.</param>
    /// <param name="registrations">Who is registered here, and where we are.</param>
    /// <param name="paths">Where circuits become endpoints.</param>
    public RelayCore(OwnNetworks networks, IDatagramSink sink, IRandom random, IRelayRegistrations registrations, ICircuitPaths paths)
    {
        _ground = new RelayGround(networks, sink, random, registrations);
        _server = new RelayServer(_ground);
        _client = new RelayClient(_ground, paths);
    }

    /// <summary>The circuits that packets are passed on by.</summary>
    public CircuitTable Table => _ground.Table;

    /// <summary>Whether this node carries circuits.</summary>
    public bool Serves => _ground.Serves;

    /// <summary>Whether this node takes circuits: what registrations say.</summary>
    public bool Uses => _ground.Uses;

    /// <summary>Relays that are used, or asked.</summary>
    public IEnumerable<Endpoint> Relays => _client.Relays;

    /// <summary>Raised with each change of what people see.</summary>
    public int Version { get; private set; }

    /// <summary>What is true now.</summary>
    public RelayView View => new(
        _ground.Consent, _server.Count, _client.Count, Table.BytesCarried, Table.PacketsDropped, new Dictionary<RelayRefusal, long>(_server.Refused));

    /// <inheritdoc/>
    public long NextDeadline => Math.Min(_server.NextDeadline, _client.NextDeadline);

    /// <summary>Sets what is agreed to; what that does not allow ends.</summary>
    public void SetConsent(RelayConsent consent)
    {
        if (_ground.Consent == consent)
            return;
        _ground.Consent = consent;
        Version++;
        if (!_ground.Uses)
            _client.EndAll(RelayRefusal.TurnedOff);
        if (!_ground.Serves)
            _server.EndAll(RelayRefusal.TurnedOff);
    }

    /// <summary>Ends everything: the node stops, or begins anew.</summary>
    public void EndAll()
    {
        _client.EndAll(RelayRefusal.None);
        _server.EndAll(RelayRefusal.None);
    }

    /// <summary>Asks a relay for a circuit; see <see cref="IOverlay.OpenCircuitAsync"/>.</summary>
    public OpeningCircuit? Open(long now, Endpoint relay, ReadOnlySpan<byte> handle, Action<CircuitResult> done) => _client.Open(now, relay, handle, done);

    /// <summary>Not wanted any more.</summary>
    public void Cancel(OpeningCircuit opening) => _client.Cancel(opening);

    /// <summary>Ends an own circuit.</summary>
    public void Close(Endpoint path)
    {
        _client.Close(path);
        Version++;
    }

    /// <summary>We are on other networks.</summary>
    public void ChangeNetworks(long now, OwnNetworks networks)
    {
        _ground.Networks = networks;
        _client.NetworkChanged(now);
    }

    /// <summary>A data packet came from another address than its end is kept at.</summary>
    public void TellMoved(Endpoint from, ulong id) => _ground.Send(from, new RelayMessage { Type = RelayMessageType.Moved, Id = id });

    /// <inheritdoc/>
    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!RelayMessage.TryRead(datagram, out var message))
            return;
        var (served, used) = (_server.Count, _client.Count);
        switch (message.Type)
        {
            case RelayMessageType.Open:
                _server.TakeOpen(now, from, message);
                break;
            case RelayMessageType.Challenge:
                _client.TakeChallenge(now, from, message);
                break;
            case RelayMessageType.Offer:
                _client.TakeOffer(now, from, message);
                break;
            case RelayMessageType.Accept:
                _server.TakeAccept(now, from, message);
                break;
            case RelayMessageType.Refuse:
                _client.TakeRefuse(from, message);
                _server.TakeRefuse(from, message);
                break;
            case RelayMessageType.Opened:
                _client.TakeOpened(now, from, message);
                break;
            case RelayMessageType.Keep:
                if (!_server.TryTakeKeep(now, from, message))
                    _ground.Close(from, message.Id, RelayRefusal.UnknownCircuit);
                break;
            case RelayMessageType.Kept:
                _client.TakeKept(now, from, message);
                break;
            case RelayMessageType.Close:
                if (!_server.TryTakeClose(from, message))
                    _client.TakeClose(from, message);
                break;
            case RelayMessageType.Moved:
                _client.TakeMoved(now, from, message);
                break;
            case RelayMessageType.None:
            default:
                break;
        }

        if ((served, used) != (_server.Count, _client.Count))
            Version++;
    }

    /// <inheritdoc/>
    public void Tick(long now)
    {
        var (served, used) = (_server.Count, _client.Count);
        if (_server.NextDeadline <= now)
            _server.Tick(now);
        if (_client.NextDeadline <= now)
            _client.Tick(now);
        if ((served, used) != (_server.Count, _client.Count))
            Version++;
    }
}
