using Kith.Crypto;
using Kith.Transport;

namespace Kith.Mailbox.Hosting;

/// <summary>A node that lets strangers in at an onion address, and may pass on there.</summary>
/// <param name="At">Where, <c>onion/NAME:PORT</c>.</param>
/// <param name="Key">Its static key, which its session must prove; null while that is not known.</param>
public sealed record OnionPasser(NodeAddress At, X25519PublicKey? Key);
