using Kith.Crypto;

namespace Kith.Forwarding.Sphinx;

/// <summary>A node on a path, as the one who draws the path sees it.</summary>
/// <param name="Address">Where the node before it finds it; of the first, where the sender does.</param>
/// <param name="Key">Its forwarding key of the epoch.</param>
/// <param name="Delay">How long it keeps the packet before it sends it on, milliseconds, at most <see cref="SphinxFormat.MaxDelay"/>; nothing to a node that it ends at.</param>
public readonly record struct PathHop(HopAddress Address, X25519PublicKey Key, int Delay);
