using System.Net;
using System.Net.Sockets;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>The addresses of one node, sorted by what they are good for.</summary>
/// <param name="Direct">Where it may be, those of our own network first, then IPv6, then the others.</param>
/// <param name="Via">Introducers and the handles that it has there; those of a family that we have first, as a relay is asked for one after the other.</param>
internal sealed record ReachAddresses(IReadOnlyList<Endpoint> Direct, IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> Via)
{
    /// <summary>Endpoints of one name that are tried.</summary>
    private const int MaxOfName = 4;

    /// <summary>How long a name is looked up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Sorts addresses, and looks up names; a name that leads nowhere is left out.</summary>
    public static async Task<ReachAddresses> OfAsync(IReadOnlyList<NodeAddress> addresses, OwnNetworks networks, TimeProvider time, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(addresses.Select(address => EndpointsOfAsync(address, time, cancellationToken))).ConfigureAwait(false);
        var direct = new List<Endpoint>();
        var via = new List<(Endpoint, NodeHandle)>();
        for (var i = 0; i < addresses.Count; i++)
        {
            if (addresses[i].Handle is { } handle)
                via.AddRange(found[i].Select(endpoint => (endpoint, handle)));
            else
                direct.AddRange(found[i]);
        }

        return new ReachAddresses(
            [.. direct.Distinct().OrderBy(endpoint => networks.AreLifted(endpoint) ? 0 : endpoint.IsIPv4 ? 2 : 1)],
            [.. via.Distinct().OrderBy(one => networks.HasFamilyOf(one.Item1) ? 0 : 1)]);
    }

    /// <summary>The same for a node that gets out by TCP alone: introducers at the port that hardly any network stops come first.</summary>
    public ReachAddresses ByTcpAlone() => this with { Via = [.. Via.OrderBy(one => one.Introducer.Port == ReachLimits.HttpsPort ? 0 : 1)] };

    private static async Task<IReadOnlyList<Endpoint>> EndpointsOfAsync(NodeAddress address, TimeProvider time, CancellationToken cancellationToken)
    {
        if (address.ToIPEndPoint() is { } endpoint)
            return [Endpoint.From(endpoint)];
        using var enough = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        try
        {
            var found = await System.Net.Dns.GetHostAddressesAsync(address.Host, either.Token).ConfigureAwait(false);
            return [.. found.Take(MaxOfName).Select(ip => Endpoint.From(ip, address.Port))];
        }
        catch (SocketException)
        {
            return [];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }
}
