using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Node.Api;
using Kith.Node.Api.Access;
using Kith.Node.Home;
using Kith.Node.Network;

namespace Kith.Node;

/// <content>Where the node is reached: by other nodes, and through the API.</content>
public sealed partial class KithNode
{
    private async Task ListenAsync(List<IPEndPoint> asked, CancellationToken cancellationToken)
    {
        if (_core.IsOnion)
        {
            await _core.ListenThroughTorAsync(cancellationToken);
            return;
        }

        try
        {
            if (asked.Count == 0)
                await ListenOnAsync(new IPEndPoint(IPAddress.Any, 0), port => new IPEndPoint(IPAddress.IPv6Any, port), cancellationToken);
            // One port in both families is one place to be: the overlay, too, is on both.
            var isBoth = asked.Count >= 2 && asked[0].Port != 0 && asked[0].Port == asked[1].Port && asked[0].AddressFamily != asked[1].AddressFamily;
            if (isBoth)
                await ListenOnAsync(asked[0], port => new IPEndPoint(asked[1].Address, port), cancellationToken);
            foreach (var endpoint in asked.Skip(isBoth ? 2 : 0))
                await ListenOnAsync(endpoint, overIPv6: null, cancellationToken);
            await _core.TryListenForTunnelsAsync();
        }
        catch (SocketException e)
        {
            throw new NodeStartException(Sentence(e, string.Join(", ", asked)), e);
        }

        Remember(kept => asked.Count == 0 || asked[0].Port == 0 ? kept with { ListenPort = _core.ListenPort } : kept);
    }

    /// <summary>Port 0: the one of last time, so that links stay good; when somebody has it now, another.</summary>
    private async Task ListenOnAsync(IPEndPoint endpoint, Func<int, IPEndPoint>? overIPv6, CancellationToken cancellationToken)
    {
        var ports = endpoint.Port == 0 ? ListenPorts.ToTry(_remembered.ListenPort, SystemRandom.Instance) : [endpoint.Port];
        foreach (var port in ports)
        {
            try
            {
                await _core.ListenAsync(new IPEndPoint(endpoint.Address, port), overIPv6, cancellationToken);
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && endpoint.Port == 0 && port != 0)
            {
                // The next one.
            }
        }
    }

    private static string Sentence(SocketException e, string where) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"The port of {where} is in use by another program.",
        SocketError.AddressNotAvailable => $"{where} is not an address of this machine.",
        SocketError.AccessDenied => $"The system does not allow listening on {where}: choose a port above 1023.",
        _ => $"The system does not allow listening on {where}.",
    };

    private async Task ServeAsync(IPEndPoint asked, CancellationToken cancellationToken)
    {
        _pages = new PageSessions(_token, _remembered.Pages, pages => Remember(kept => kept with { Pages = pages }));
        var folder = _options.PageFolder ?? Path.Combine(AppContext.BaseDirectory, "page");
        _api = await ApiServer.StartAsync(this, _pages, asked, asked.Port == 0 ? ListenPorts.ToTry(_remembered.ApiPort, SystemRandom.Instance).First() : 0, folder, _options.Time, _options.Log, cancellationToken);
        Remember(kept => asked.Port == 0 ? kept with { ApiPort = _api.Port } : kept);
        ApiAddress = $"http://{new IPEndPoint(asked.Address, _api.Port)}";
    }

    private void Announce()
    {
        try
        {
            new RunningFile(ApiAddress, _token, Environment.ProcessId).Write(_options.Home);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"The home {_options.Home} cannot be written: {e.Message}", e);
        }
    }
}
