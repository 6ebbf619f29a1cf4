using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Forwarder;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Overlay;
using Kith.Transport;
using Kith.Transport.Dialing;

namespace Kith.Forwarding.Hosting;

/// <summary>What forwarding works with; all of it stays the caller's but where it says otherwise.</summary>
/// <param name="Overlay">Where forwarders are found; null where they are found through Tor alone.</param>
/// <param name="Networks">The networks that this node is on now, its addresses with the port.</param>
/// <param name="Port">The number of its port.</param>
/// <param name="Dialer">Makes sessions; forwarding disposes it.</param>
/// <param name="Key">This node's transport key, which signs its descriptor.</param>
/// <param name="Store">Where forwarding keys and replay tags are kept.</param>
/// <param name="Takers">Where sessions of others come from.</param>
/// <param name="Observer">Told what happens.</param>
/// <param name="Random">The randomness.</param>
/// <param name="Time">The clock.</param>
public sealed record ForwardingParts(
    IOverlay? Overlay,
    Func<OwnNetworks> Networks,
    int Port,
    NamelessDialer Dialer,
    X25519PrivateKey Key,
    IForwardingStore Store,
    SessionTakers Takers,
    IForwardingObserver Observer,
    IRandom Random,
    TimeProvider Time)
{
    /// <summary>What is taken upon itself for others; whether it forwards at all is for <see cref="IForwarding.Offer"/>.</summary>
    public ForwarderOptions Options { get; init; } = new();

    /// <summary>What an earlier run kept.</summary>
    public SavedForwarding Saved { get; init; } = SavedForwarding.None;

    /// <summary>Where forwarders are found, by somebody who calls onion addresses alone (then the dialer must, too); null for everybody else.</summary>
    public IReadOnlyList<OnionPoint>? OnionEntries { get; init; }

    /// <summary>The key that this node went by under another setting; null where it is the same.</summary>
    public X25519PublicKey? Former { get; init; }

    /// <summary>Where defects are written; null for nowhere.</summary>
    public TextWriter? Log { get; init; }
}
