using System.Net;
using System.Net.Sockets;
using Kith.Delivery.Privacy;
using Kith.Node.Network;
using Kith.Overlay.Relay;
using Kith.Transport.Dialing;
using Kith.Transport.Tunnels;
using Kith.Transport.Udp;

namespace Kith.Node;

/// <content>Where sessions come in: TCP and UDP under one number, and port 443 for tunnels.</content>
internal sealed partial class NodeCore
{
    /// <summary>Takes sessions in.</summary>
    /// <param name="wanted">Where.</param>
    /// <param name="optional">Where too, if it works: the same port over IPv6, which a machine may lack.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SocketException">It cannot be listened there.</exception>
    public async Task ListenAsync(IPEndPoint wanted, Func<int, IPEndPoint>? optional, CancellationToken cancellationToken)
    {
        var bound = await ListenOnBothAsync(wanted, optional, cancellationToken);
        _listening.Add(bound);
        if (optional is null)
            return;
        try
        {
            _listening.Add(await Route.ListenAsync(_carrier, optional(bound.Port), cancellationToken));
        }
        catch (SocketException)
        {
            // No IPv6 here, or the port is taken there: the first address does.
        }
    }

    /// <summary>Takes sessions in through Tor alone.</summary>
    public Task ListenThroughTorAsync(CancellationToken cancellationToken) => Tor.ServeAsync(Route, Messenger.Keys, cancellationToken);

    /// <summary>Sessions and, with the first address, the overlay: TCP and UDP under one number.</summary>
    private async Task<IPEndPoint> ListenOnBothAsync(IPEndPoint wanted, Func<int, IPEndPoint>? optional, CancellationToken cancellationToken)
    {
        if (_listening.Count > 0)
            return await Route.ListenAsync(_carrier, wanted, cancellationToken);
        UdpPort? udp = null;
        try
        {
            udp = UdpPort.Open(optional is null ? [wanted.Address] : [wanted.Address, optional(wanted.Port).Address], wanted.Port, _time);
        }
        catch (SocketException e) when (e.SocketErrorCode is not (SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable or SocketError.AccessDenied))
        {
            // Sessions do without it: kith doctor says what is missing.
            UdpFailure = $"The system gives no UDP port: {e.Message}";
        }

        try
        {
            var bound = await Route.ListenAsync(_carrier, udp is null ? wanted : new IPEndPoint(wanted.Address, udp.Port), cancellationToken);
            if (udp is not null)
                await CarryAsync(udp, cancellationToken);
            return bound;
        }
        catch
        {
            if (udp is not null && Udp is null)
                await udp.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sessions over the port's datagrams, and the datagrams of those whom TCP alone lets through; nobody has been called yet.</summary>
    private async Task CarryAsync(UdpPort udp, CancellationToken cancellationToken)
    {
        Udp = udp;
        var carrier = _udpCarrier = new UdpCarrier(udp, _nodeIdentity, _time);
        Overlay.WhenKeepAliveChanged = interval => carrier.KeepAlive = interval;
        _reaching = new NodeCarrier(_udpCarrier, _time);
        if (Privacy.Own == PrivacyLevel.Veiled)
            _carriers.Add(new PersonCarrier(_personDialer = new NamelessDialer(_carriesOverUdp ? _udpCarrier : null, _identity, _time), _identity.StaticKey));
        else if (_carriesOverUdp)
            _carriers.Insert(0, _reaching);
        _tunnelServer = new TunnelServer(udp, _time);
        _takers.Register(TunnelLimits.StreamKind, _tunnelServer);
        if (_carriesOverUdp)
            await Route.ListenAsync(_reaching, udp.LocalEndPoints[0], cancellationToken);
    }

    /// <summary>Listens on TCP port 443 too, while others' conversations are carried. Never fails for it.</summary>
    public Task TryListenForTunnelsAsync() => _tunnelPort.SetAsync(Relays.Agreed.HasFlag(RelayConsent.Serve), _listening);

    private async Task SetTunnelPortAsync()
    {
        var last = _tunnelPortSet;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await last;
        await TryListenForTunnelsAsync();
    }
}
