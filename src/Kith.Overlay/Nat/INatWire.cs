using Kith.Wire;

namespace Kith.Overlay.Nat;

/// <summary>The sockets beside the node's port, each with a port of its own. All calls return at once.</summary>
internal interface INatSockets
{
    /// <summary>The port of the socket from which tests of others are served (<see cref="NatSocket.Alternate"/>); 0 where there is none.</summary>
    ushort AlternatePort { get; }

    /// <summary>Opens a socket that has sent to nobody yet.</summary>
    /// <param name="socket">Its number from now on.</param>
    /// <returns>Its port; 0 when the system gives none.</returns>
    ushort Open(int socket);

    /// <summary>Closes one.</summary>
    void Close(int socket);

    /// <summary>Sends from one, at best effort.</summary>
    void Send(int socket, Endpoint to, ReadOnlySpan<byte> datagram);
}

/// <summary>The numbers of sockets.</summary>
internal static class NatSocket
{
    /// <summary>The node's own port.</summary>
    public const int Main = 0;

    /// <summary>The alternate port.</summary>
    public const int Alternate = 1;

    /// <summary>The first of those that are opened for a test.</summary>
    public const int FirstProbe = 2;
}

/// <summary>There are none: nothing is served from them and nothing is tested with them.</summary>
internal sealed class NoNatSockets : INatSockets
{
    /// <summary>The only one.</summary>
    public static NoNatSockets Instance { get; } = new();

    /// <inheritdoc/>
    public ushort AlternatePort => 0;

    /// <inheritdoc/>
    public ushort Open(int socket) => 0;

    /// <inheritdoc/>
    public void Close(int socket)
    {
    }

    /// <inheritdoc/>
    public void Send(int socket, Endpoint to, ReadOnlySpan<byte> datagram)
    {
    }
}

/// <summary>What observing a NAT needs of the rest of the overlay.</summary>
internal interface INatGround
{
    /// <summary>Whether nothing gets through by UDP, so that what comes has come by tunnels.</summary>
    bool IsUdpBlocked => false;

    /// <summary>The networks that the node is on.</summary>
    OwnNetworks Networks { get; }

    /// <summary>The node's own port.</summary>
    ushort Port { get; }

    /// <summary>Our address by vote, of IPv4 where there is one.</summary>
    Endpoint? Wan { get; }

    /// <summary>The reports that this vote is made of, newest first.</summary>
    IReadOnlyList<WanReport> Votes { get; }

    /// <summary>Whether a stranger has reached us lately.</summary>
    bool WasReached { get; }

    /// <summary>Nodes of Kith that answered us and proved their addresses.</summary>
    IReadOnlyList<Endpoint> Neighbours { get; }

    /// <summary>Strangers' addresses that we sent to since the network is the same.</summary>
    int Asked { get; }

    /// <summary>Whether we asked this node ourselves and it answered lately, so that it may ask something of us.</summary>
    bool MayOrder(Endpoint by);

    /// <summary>The token that a peer gave us for our address; empty for none.</summary>
    ReadOnlySpan<byte> TokenOf(Endpoint peer);

    /// <summary>Our token for an address.</summary>
    void WriteToken(Endpoint address, Span<byte> token);

    /// <summary>Whether it is our token for that address.</summary>
    bool Verify(Endpoint address, ReadOnlySpan<byte> token);

    /// <summary>Sends from one of the sockets.</summary>
    void Send(int socket, Endpoint to, ReadOnlySpan<byte> datagram);

    /// <summary>Opens one for a test; its port, or 0.</summary>
    ushort Open(int socket);

    /// <summary>Closes it.</summary>
    void Close(int socket);

    /// <summary>The alternate port; 0 for none.</summary>
    ushort AlternatePort { get; }
}
