namespace Kith.Delivery.Routes;

/// <summary>What those are served with who come in at a listener.</summary>
public enum Admission
{
    /// <summary>Everything: peers are taken, and strangers with what strangers may ask of a node.</summary>
    All = 0,

    /// <summary>Peers alone: nobody else is heard at all.</summary>
    Wanted = 1,

    /// <summary>Peers, and strangers who talk to a peer: requests of contacts-to-be. Nothing that a node does for other nodes.</summary>
    Requests = 2,
}
