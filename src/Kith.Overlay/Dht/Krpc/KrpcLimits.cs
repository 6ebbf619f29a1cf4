namespace Kith.Overlay.Dht.Krpc;

/// <summary>Bounds on what is read and written.</summary>
internal static class KrpcLimits
{
    /// <summary>Largest datagram that is looked at: a put with everything in it has some 1,400 bytes.</summary>
    public const int MaxDatagram = 2048;

    /// <summary>Largest datagram that is sent: fits through IPv6's least MTU with room for a swarm's seal.</summary>
    public const int MaxSent = 1400;

    /// <summary>Longest transaction id that is answered.</summary>
    public const int MaxTransaction = 32;

    /// <summary>Longest token that is kept and sent back.</summary>
    public const int MaxToken = 64;

    /// <summary>Nodes taken from one answer and one family.</summary>
    public const int MaxNodes = 16;

    /// <summary>Peers taken from one answer.</summary>
    public const int MaxPeers = 128;

}
