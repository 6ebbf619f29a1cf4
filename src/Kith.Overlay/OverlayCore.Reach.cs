using Kith.Crypto;
using Kith.Overlay.Nat;
using Kith.Overlay.Reach;
using Kith.Overlay.Relay;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>Reaching nodes behind NATs.</content>
internal sealed partial class OverlayCore : IReachGround
{
    private int _viaVersion;

    /// <summary>Registrations, calls and punches.</summary>
    public ReachCore Reach { get; }

    OwnNetworks IReachGround.Networks => _networks;

    IReadOnlyList<Endpoint> IReachGround.Introducers(bool preferRelays) => Walker.Introducers(_now, preferRelays);

    bool IReachGround.Serves(Endpoint peer) => Walker.CarriesCircuits(peer);

    IReadOnlyList<Endpoint> IReachGround.Entries => _entryPoints;

    bool? IReachGround.IsReachable => _reachability.IsReachable(_now);

    Endpoint? IReachGround.Wan4 => Walker.Wan4.Address ?? OpenAddress(isIPv4: true);

    Endpoint? IReachGround.Wan6 => Walker.Wan6.Address ?? OpenAddress(isIPv4: false);

    NatKind IReachGround.Nat => Nat.View.Kind;

    bool IReachGround.PortVaries => Nat.View.Mapping is NatMapping.AddressDependent or NatMapping.AddressAndPortDependent;

    IPunchSockets IReachGround.Sockets => _outside.PunchSockets;

    // Where nothing stands between comes first; of one house, the addresses inside come last, as they lead anywhere else from anywhere else.
    IReadOnlyList<Endpoint> IReachGround.Candidates
    {
        get
        {
            var own = _networks.Addresses.Select(address => address.WithPort(_port)).ToList();
            IEnumerable<Endpoint> Of(params AddressKind[] kinds) => own.Where(address => kinds.Contains(AddressScope.KindOf(address)));
            if (_networks.IsLoopbackOnly)
                return own;
            var open = Of(AddressKind.Global, AddressKind.Documentation);
            var mapped = Nat.View.MappedAddresses.Select(EndpointOf).Where(endpoint => endpoint != default);
            Endpoint[] seen = [.. new[] { Walker.Wan4.Address, Walker.Wan6.Address }.OfType<Endpoint>()];
            return [.. open.Where(address => !address.IsIPv4).Concat(open).Concat(mapped).Concat(seen).Concat(Of(AddressKind.Private, AddressKind.Shared)).Distinct().Take(ReachLimits.MaxCandidates)];
        }
    }

    // An address of the internet that is our own needs nobody's word.
    private Endpoint? OpenAddress(bool isIPv4)
    {
        foreach (var own in _networks.Addresses)
        {
            if (own.IsIPv4 == isIPv4 && AddressScope.KindOf(own) is (AddressKind.Global or AddressKind.Documentation))
                return own.WithPort(_port);
        }

        return null;
    }

    /// <summary>Takes a probe that came to one of the further sockets of a punch.</summary>
    public void ReceiveProbe(long now, ulong punch, int socket, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        Enter(now);
        BytesIn += datagram.Length;
        if (_networks.MayContact(from) && _limit.TryTake(now, from, _networks.AreLifted(from)))
            Reach.ReceiveProbe(now, punch, socket, from, datagram);
        Exchange();
    }

    Endpoint IReachGround.RouteTo(Endpoint introducer) => _outside.RouteTo(introducer);

    ushort IReachGround.Port => _port;

    // Said without "udp/" a mapped address takes both.
    Endpoint IReachGround.MappedTcp =>
        Nat.View.MappedAddresses.Where(address => NodeAddress.TryParse(address, out var parsed) && parsed!.Kind == NodeAddress.TcpKind).Select(EndpointOf).FirstOrDefault();

    Endpoint IReachGround.Behind(Endpoint from) => _outside.Behind(from);

    void IReachGround.Meet(X25519PublicKey key, Endpoint at, bool isInitiator) => _outside.Meet(key, at, isInitiator);

    void IReachGround.Send(Endpoint to, ReadOnlySpan<byte> datagram) => _sink.Send(to, datagram);

    void IReachGround.SendProbe(Endpoint to, ReadOnlySpan<byte> probe) => _sink.SendPlain(to, probe);

    void IReachGround.ViaChanged() => _viaVersion++;

    void IReachGround.Reached(X25519PublicKey key, Endpoint at) => _outside.Reached(key, at);

    private void ReceiveProbe(Endpoint from, ReadOnlySpan<byte> datagram)
    {
        BytesIn += datagram.Length;
        if (_networks.MayContact(from) && _limit.TryTake(_now, from, _networks.AreLifted(from)))
            Reach.ReceiveProbe(_now, from, datagram);
        Exchange();
    }

    private static Endpoint EndpointOf(string address) =>
        NodeAddress.TryParse(address, out var parsed) && parsed!.ToIPEndPoint() is { } endpoint ? Endpoint.From(endpoint) : default;

    /// <summary>Registrations as relaying asks for them.</summary>
    private sealed class RegistrationsForRelay(OverlayCore core) : IRelayRegistrations
    {
        public bool TryFind(ReadOnlySpan<byte> handle, out RelayRegistrant registrant)
        {
            registrant = default;
            if (!NodeHandle.TryRead(handle, out var read) || !core.Reach.TryFind(core._now, read, out var registration))
                return false;
            registrant = new RelayRegistrant(registration.At, registration.TakesCircuits);
            return true;
        }

        public bool IsRegisteredWith(Endpoint introducer) => core.Reach.IsRegisteredWith(introducer);

        public void Suspect(Endpoint introducer) => core.Reach.Suspect(core._now, introducer);
    }
}
