using System.Net;

namespace Kith.Transport;

/// <summary>What kind of way a session's packets go. Of two that work the lower one is better.</summary>
public enum PathKind
{
    /// <summary>From one node to the other, with nobody of ours between.</summary>
    Direct = 0,

    /// <summary>Over a TCP connection that carries datagrams, where UDP does not pass.</summary>
    Tunnel = 1,

    /// <summary>Through a node that agreed to pass them on.</summary>
    Relay = 2,

    /// <summary>Through the Tor network, to the other node's onion service or from it.</summary>
    Onion = 3,
}

/// <summary>The way that a session's packets go now.</summary>
/// <param name="Kind">What kind of way.</param>
/// <param name="Address">Where they go, for people: an endpoint, or what a path of another kind says of itself.</param>
/// <param name="Local">Which of this machine's addresses they leave from, when it is known and the path cannot do without it.</param>
public sealed record SessionPath(PathKind Kind, string Address, IPAddress? Local);
