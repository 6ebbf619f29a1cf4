namespace Kith.Forwarding.Sphinx;

/// <summary>What a layer asks of the node that reads it.</summary>
public enum HopCommand : byte
{
    /// <summary>No packet carries it.</summary>
    None = 0,

    /// <summary>Send it on to an IP endpoint.</summary>
    ForwardToEndpoint = 1,

    /// <summary>Send it on over a session that stands, named by the other side's key.</summary>
    ForwardOverSession = 3,

    /// <summary>Hand its payload to whoever has a handle here.</summary>
    Meet = 4,

    /// <summary>The body is for this node.</summary>
    Message = 5,

    /// <summary>It comes by a reply block of this node.</summary>
    Reply = 6,
}
