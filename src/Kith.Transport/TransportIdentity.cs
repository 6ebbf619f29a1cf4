using Kith.Crypto;

namespace Kith.Transport;

/// <summary>Who this node is to other nodes. The keys stay the caller's and must outlive every carrier made with them.</summary>
/// <param name="StaticKey">The device's transport key: used for nothing else.</param>
/// <param name="SwarmKey">The private swarm's key, 32 bytes; null outside a swarm. Nodes with different ones, or one without, do not answer each other.</param>
/// <param name="Random">Where ephemeral keys come from.</param>
public sealed record TransportIdentity(X25519PrivateKey StaticKey, SecretBytes? SwarmKey, IRandom Random);
