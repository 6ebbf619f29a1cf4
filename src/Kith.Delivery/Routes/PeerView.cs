using Kith.Transport;
using Kith.Wire;

namespace Kith.Delivery.Routes;

/// <summary>An open session as <c>kith peers</c> shows it.</summary>
/// <param name="Peer">The contact, or null for a stranger.</param>
/// <param name="Key">The start of the transport key, hexadecimal.</param>
/// <param name="Address">Where the other node is, as far as the carrier knows.</param>
/// <param name="Incoming">True when the other node called.</param>
/// <param name="Since">Unix milliseconds.</param>
/// <param name="Silence">How long nothing has come from it.</param>
/// <param name="RoundTrip">Smoothed, once measured.</param>
/// <param name="Carrier">What carries it: "tcp" or "udp".</param>
/// <param name="Path">Which kind of way its packets go now.</param>
public sealed record PeerView(AccountId? Peer, string Key, string Address, bool Incoming, long Since, TimeSpan Silence, TimeSpan? RoundTrip, string Carrier, PathKind Path);
