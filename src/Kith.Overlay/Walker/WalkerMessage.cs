using Kith.Wire;

namespace Kith.Overlay.Walker;

/// <summary>A message that was read; its spans lie in the datagram.</summary>
internal ref struct WalkerMessage
{
    /// <summary>Bytes of the whole datagram.</summary>
    public int Size;

    /// <summary>Which of the four.</summary>
    public WalkerMessageType Type;

    /// <summary>What the sender calls itself.</summary>
    public ReadOnlySpan<byte> PeerId;

    /// <summary>Where the sender sent it to: our address as it sees it.</summary>
    public Endpoint Destination;

    /// <summary>Whom the sender asked to puncture us, in a response.</summary>
    public PeerEntry Invitee;

    /// <summary>Whether <see cref="Invitee"/> is there and usable.</summary>
    public bool HasInvitee;

    /// <summary>Peers of the sender, in a response: the values of the list, each checked.</summary>
    public ReadOnlySpan<byte> Pex;

    /// <summary>Whom to puncture, in a puncture request; port 0 when its address was none.</summary>
    public PeerEntry PuncturePeer;

    /// <summary>Whether the sender speaks Kith's additions.</summary>
    public bool SpeaksKith;

    /// <summary>The sender's token for our address, to be echoed; empty, or <see cref="AddressTokens.Size"/> bytes.</summary>
    public ReadOnlySpan<byte> Token;

    /// <summary>The token that it had from us; empty, or <see cref="AddressTokens.Size"/> bytes.</summary>
    public ReadOnlySpan<byte> Echo;

    /// <summary>Whether the sender carries circuits of others.</summary>
    public bool ServesRelay;

    /// <summary>How many peers it wants, in a request; null when it does not say (the seed: as many as there are).</summary>
    public int? Wanted;
}
