using System.Globalization;
using System.Net;

namespace Kith.Node.Network;

/// <summary>Reads HOST:PORT as people write it, with an IP address (or <c>localhost</c>) as host.</summary>
internal static class ListenEndPoint
{
    /// <summary>Reads an endpoint; the port may be 0.</summary>
    /// <exception cref="NodeStartException">It is anything else.</exception>
    public static IPEndPoint Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port <= IPEndPoint.MaxPort
            && TryParseHost(text[..colon]) is { } host)
        {
            return new IPEndPoint(host, port);
        }

        throw new NodeStartException($"{text} is not an address to listen on: give an IP address and a port, such as 127.0.0.1:0.");
    }

    /// <summary>Reads an endpoint of the loopback interface.</summary>
    /// <exception cref="NodeStartException">It is anything else.</exception>
    public static IPEndPoint ParseLoopback(string text) => Parse(text) is var endpoint && IPAddress.IsLoopback(endpoint.Address)
        ? endpoint
        : throw new NodeStartException($"The API listens on loopback alone: {text} is not 127.0.0.1, [::1] or localhost.");

    private static IPAddress? TryParseHost(string host)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return IPAddress.Loopback;
        if (host is "*")
            return IPAddress.Any;
        if (host.StartsWith('[') && host.EndsWith(']'))
            return IPAddress.TryParse(host[1..^1], out var six) ? six : null;
        return !host.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(host, out var four) ? four : null;
    }
}
