using Kith.Wire;

namespace Kith.Transport.PortMapping;

/// <summary>One way to ask a router.</summary>
internal interface IRouterProtocol
{
    /// <summary>Which.</summary>
    MappingProtocol Protocol { get; }

    /// <summary>Whether an answer has shown that the router forgot all mappings since the one before. Set back by who has seen it.</summary>
    bool HasForgotten { get; set; }

    /// <summary>Asks for a mapping, or for its renewal; null when the router does not speak this, or refuses. Never throws for what the router says.</summary>
    /// <param name="isUdp">UDP, else TCP.</param>
    /// <param name="inner">Our port.</param>
    /// <param name="outer">The outer port that we would like.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<MappedPort?> MapAsync(bool isUdp, ushort inner, ushort outer, CancellationToken cancellationToken);

    /// <summary>Gives a mapping back, at best effort.</summary>
    Task UnmapAsync(MappedPort port, ushort inner, CancellationToken cancellationToken);
}

/// <summary>What is asked for.</summary>
internal static class MappingLimits
{
    /// <summary>For how long a mapping is asked for; renewed after half of what was granted.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>The shortest time between two renewals, whatever a router grants.</summary>
    public static readonly TimeSpan LeastRenewal = TimeSpan.FromSeconds(30);

    /// <summary>How long the giving back may take at the end.</summary>
    public static readonly TimeSpan StopTime = TimeSpan.FromMilliseconds(700);

    /// <summary>The first pause after nobody mapped anything; doubled up to <see cref="LongestPause"/>.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(2);

    /// <summary>The longest.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    /// <summary>Whether a router's word can be an endpoint at all.</summary>
    public static bool IsEndpoint(Endpoint endpoint) => endpoint.Port != 0 && !endpoint.SameAddress(Endpoint.FromIPv4(0, 0));
}
