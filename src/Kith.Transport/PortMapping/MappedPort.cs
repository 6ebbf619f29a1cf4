using Kith.Wire;

namespace Kith.Transport.PortMapping;

/// <summary>A port of the router, or of its firewall for IPv6, that leads to this node.</summary>
/// <param name="Protocol">By which protocol it was obtained.</param>
/// <param name="IsUdp">UDP, or else TCP.</param>
/// <param name="External">Where the router says that it is reached from outside.</param>
/// <param name="Lifetime">For how long the router granted it; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
public sealed record MappedPort(MappingProtocol Protocol, bool IsUdp, Endpoint External, TimeSpan Lifetime);

/// <summary>What has come of asking the router.</summary>
/// <param name="Ports">What is mapped now.</param>
/// <param name="Router">The router's own address towards us; null where none is known.</param>
/// <param name="IsDoubleNat">Whether the router's outer address is itself one of a private or carrier's network: what it maps cannot be reached from the internet.</param>
/// <param name="Problem">Why nothing is mapped, one sentence; null when something is, or it is still being asked.</param>
public sealed record MappingState(IReadOnlyList<MappedPort> Ports, Endpoint? Router, bool IsDoubleNat, string? Problem)
{
    /// <summary>Nothing was asked for.</summary>
    public static MappingState None { get; } = new([], null, IsDoubleNat: false, null);
}
