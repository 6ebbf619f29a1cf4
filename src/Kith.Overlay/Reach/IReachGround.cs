using Kith.Crypto;
using Kith.Overlay.Nat;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>What reaching others needs of the rest of the overlay. All calls return at once.</summary>
internal interface IReachGround
{
    /// <summary>The networks that the node is on.</summary>
    OwnNetworks Networks { get; }

    /// <summary>Peers that could be introducers: proven nodes of Kith that strangers can reach, those that we came to first.</summary>
    /// <param name="preferRelays">Whether those that carry circuits come before all others.</param>
    IReadOnlyList<Endpoint> Introducers(bool preferRelays);

    /// <summary>Whether a peer says that it carries circuits.</summary>
    bool Serves(Endpoint peer);

    /// <summary>The ways in that were asked, the latest last: nodes of Kith that strangers reach are likely among them, though no peer of ours any more.</summary>
    IReadOnlyList<Endpoint> Entries { get; }

    /// <summary>Whether strangers reach us; null while not known.</summary>
    bool? IsReachable { get; }

    /// <summary>Where we may be reached by UDP, the most likely first.</summary>
    IReadOnlyList<Endpoint> Candidates { get; }

    /// <summary>Our address by vote, of each family.</summary>
    Endpoint? Wan4 { get; }

    /// <inheritdoc cref="Wan4"/>
    Endpoint? Wan6 { get; }

    /// <summary>What we are behind.</summary>
    NatKind Nat { get; }

    /// <summary>Whether our NAT gives another port to each destination, by vote.</summary>
    bool PortVaries { get; }

    /// <summary>Where an introducer is reached: its own endpoint, or that of a tunnel to it where UDP is blocked.</summary>
    Endpoint RouteTo(Endpoint introducer);

    /// <summary>The number of our port, by UDP and TCP.</summary>
    ushort Port { get; }

    /// <summary>Where the router lets TCP in for us, or default.</summary>
    Endpoint MappedTcp { get; }

    /// <summary>Where a datagram really came from: of a tunnel's made-up endpoint the address that its connection comes from, else the endpoint itself.</summary>
    Endpoint Behind(Endpoint from);

    /// <summary>The other side of a call connects to us by TCP from this endpoint at this moment: we do the same (docs/protocol/reach.md, "TCP").</summary>
    void Meet(X25519PublicKey key, Endpoint at, bool isInitiator);

    /// <summary>Sends a message of the overlay, sealed in a private swarm.</summary>
    void Send(Endpoint to, ReadOnlySpan<byte> datagram);

    /// <summary>Sends a probe from the node's own port.</summary>
    void SendProbe(Endpoint to, ReadOnlySpan<byte> probe);

    /// <summary>Our via addresses have changed.</summary>
    void ViaChanged();

    /// <summary>The other side of a call with this key was heard at an endpoint: sessions can go there.</summary>
    void Reached(X25519PublicKey key, Endpoint at);

    /// <summary>The further sockets.</summary>
    IPunchSockets Sockets { get; }
}

/// <summary>Further sockets for a hard NAT, each with a port of its own. What comes to one goes to <see cref="ReachCore.ReceiveProbe(long, ulong, int, Endpoint, ReadOnlySpan{byte})"/>.</summary>
internal interface IPunchSockets
{
    /// <summary>Opens sockets for a punch, or gives it those that others use already: each of them has a mapping of its own towards each destination. Returns how many there are.</summary>
    int Open(ulong punch, int count);

    /// <summary>Sends from one of them, at best effort.</summary>
    void Send(ulong punch, int socket, Endpoint to, ReadOnlySpan<byte> datagram);

    /// <summary>One got through: it becomes a path of the node's port that leads to this endpoint. Null when it leads elsewhere already, or is closed.</summary>
    Endpoint? Keep(ulong punch, int socket, Endpoint to);

    /// <summary>A punch needs none any more; with the last all are closed but those that were kept.</summary>
    void Close(ulong punch);
}

/// <summary>There are none.</summary>
internal sealed class NoPunchSockets : IPunchSockets
{
    /// <summary>The only one.</summary>
    public static NoPunchSockets Instance { get; } = new();

    /// <inheritdoc/>
    public int Open(ulong punch, int count) => 0;

    /// <inheritdoc/>
    public void Send(ulong punch, int socket, Endpoint to, ReadOnlySpan<byte> datagram)
    {
    }

    /// <inheritdoc/>
    public Endpoint? Keep(ulong punch, int socket, Endpoint to) => null;

    /// <inheritdoc/>
    public void Close(ulong punch)
    {
    }
}
