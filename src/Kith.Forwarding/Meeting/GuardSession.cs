using Kith.Crypto;
using Kith.Forwarding.Directory;

namespace Kith.Forwarding.Meeting;

/// <summary>A forwarder that we keep a session with, over which packets come to us.</summary>
/// <param name="Node">The forwarder.</param>
/// <param name="SessionKey">The static key that we proved on the session: not the node's own.</param>
public readonly record struct GuardSession(ForwarderDescriptor Node, X25519PublicKey SessionKey);
