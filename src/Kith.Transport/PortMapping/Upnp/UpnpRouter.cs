using System.Globalization;
using System.Net;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Transport.PortMapping.Upnp;

/// <summary>Asks by UPnP-IGD (WANIPConnection 1 and 2, WANPPPConnection 1). IPv4 alone.</summary>
internal sealed class UpnpRouter(GatewayExchange exchange, IPEndPoint group, IRandom random, TimeProvider time) : IRouterProtocol
{
    private const int OnlyPermanent = 725;
    private const int Conflict = 718;
    private const int MaxTries = 4;
    private const int FirstRandomPort = 20_000;
    private const int RandomPorts = 40_000;

    private MappingService? _service;

    /// <inheritdoc/>
    public MappingProtocol Protocol => MappingProtocol.Upnp;

    /// <inheritdoc/>
    public bool HasForgotten { get; set; }

    /// <inheritdoc/>
    public async Task<MappedPort?> MapAsync(bool isUdp, ushort inner, ushort outer, CancellationToken cancellationToken)
    {
        using var http = new GatewayHttp(exchange.Gateway.Address, exchange.Local, time);
        _service ??= await FindServiceAsync(http, cancellationToken).ConfigureAwait(false);
        if (_service is not { } service)
            return null;
        var address = await AskAsync(http, service, "GetExternalIPAddress", string.Empty, "NewExternalIPAddress", cancellationToken).ConfigureAwait(false);
        if (address.Error != 0 || !IPAddress.TryParse(address.Text, out var external) || external.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork)
        {
            // Perhaps it has begun anew, at another port.
            _service = null;
            return null;
        }

        var seconds = (uint)MappingLimits.Lifetime.TotalSeconds;
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var (error, port) = await AddAsync(http, service, isUdp, inner, outer, seconds, cancellationToken).ConfigureAwait(false);
            if (error == 0)
            {
                var endpoint = Endpoint.From(external, port);
                return MappingLimits.IsEndpoint(endpoint) ? new MappedPort(Protocol, isUdp, endpoint, seconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds)) : null;
            }

            if (error == OnlyPermanent && seconds != 0)
                seconds = 0;
            else if (error == Conflict)
                outer = (ushort)(FirstRandomPort + random.NextInt32(RandomPorts));
            else
                return null;
        }

        return null;
    }

    /// <inheritdoc/>
    public async Task UnmapAsync(MappedPort port, ushort inner, CancellationToken cancellationToken)
    {
        if (_service is not { } service)
            return;
        using var http = new GatewayHttp(exchange.Gateway.Address, exchange.Local, time);
        var arguments = string.Create(CultureInfo.InvariantCulture, $"<NewRemoteHost></NewRemoteHost><NewExternalPort>{port.External.Port}</NewExternalPort><NewProtocol>{Name(port.IsUdp)}</NewProtocol>");
        _ = await AskAsync(http, service, "DeletePortMapping", arguments, null, cancellationToken).ConfigureAwait(false);
    }

    private static string Name(bool isUdp) => isUdp ? "UDP" : "TCP";

    private async Task<MappingService?> FindServiceAsync(GatewayHttp http, CancellationToken cancellationToken)
    {
        var location = await GatewaySearch.FindAsync(exchange.Gateway.Address, exchange.Local, group, time, cancellationToken).ConfigureAwait(false);
        if (location is null || await http.GetAsync(location, cancellationToken).ConfigureAwait(false) is not { } description)
            return null;
        return DeviceDescription.TryFindService(new MemoryStream(description), location, out var service) ? service : null;
    }

    // The second version gives another port by itself when the one asked for is taken.
    private async Task<(int Error, ushort Port)> AddAsync(
        GatewayHttp http, MappingService service, bool isUdp, ushort inner, ushort outer, uint seconds, CancellationToken cancellationToken)
    {
        var isSecond = service.Type.EndsWith(":2", StringComparison.Ordinal);
        var arguments = string.Create(
            CultureInfo.InvariantCulture,
            $"<NewRemoteHost></NewRemoteHost><NewExternalPort>{outer}</NewExternalPort><NewProtocol>{Name(isUdp)}</NewProtocol><NewInternalPort>{inner}</NewInternalPort><NewInternalClient>{exchange.Local}</NewInternalClient><NewEnabled>1</NewEnabled><NewPortMappingDescription>Kith</NewPortMappingDescription><NewLeaseDuration>{seconds}</NewLeaseDuration>");
        var answer = await AskAsync(http, service, isSecond ? "AddAnyPortMapping" : "AddPortMapping", arguments, isSecond ? "NewReservedPort" : null, cancellationToken).ConfigureAwait(false);
        if (answer.Error != 0 || !isSecond)
            return (answer.Error, outer);
        return ushort.TryParse(answer.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var reserved) ? (0, reserved) : (-1, (ushort)0);
    }

    // The error is UPnP's own where the router gives one, -1 for any other failure.
    private static async Task<(int Error, string? Text)> AskAsync(
        GatewayHttp http, MappingService service, string action, string arguments, string? wanted, CancellationToken cancellationToken)
    {
        var envelope = $"<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>"
            + $"<u:{action} xmlns:u=\"{service.Type}\">{arguments}</u:{action}></s:Body></s:Envelope>";
        var (status, body) = await http.PostAsync(service.Control, $"{service.Type}#{action}", envelope, cancellationToken).ConfigureAwait(false);
        if (body is null)
            return (-1, null);
        if (status == HttpStatusCode.OK)
            return wanted is null ? (0, null) : DeviceDescription.TextOf(new MemoryStream(body), wanted) is { } text ? (0, text) : (-1, null);
        return status == HttpStatusCode.InternalServerError
            && int.TryParse(DeviceDescription.TextOf(new MemoryStream(body), "errorCode"), NumberStyles.None, CultureInfo.InvariantCulture, out var error) && error > 0
            ? (error, null)
            : (-1, null);
    }
}
