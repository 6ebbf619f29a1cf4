using Kith.Lab.Tests.Nats;

namespace Kith.Lab.Tests.People;

/// <summary>Which way the packets of two people can go, by what stands between them.</summary>
internal enum Expected
{
    /// <summary>From one to the other.</summary>
    Direct,

    /// <summary>From one to the other, once one of many sockets is found at random.</summary>
    ManySockets,

    /// <summary>Through a relay alone.</summary>
    Relay,

    /// <summary>Through a relay, or directly over TCP where both happen to begin at once.</summary>
    Either,
}

/// <summary>What is expected of each pair.</summary>
internal static class Expectation
{
    /// <summary>Whether no UDP passes.</summary>
    public static bool IsBlocked(NatKind kind) => kind is NatKind.UdpBlocked or NatKind.OnlyTcp443;

    public static Expected Of(NatKind one, NatKind other)
    {
        if ((one == NatKind.OnlyIPv6) != (other == NatKind.OnlyIPv6))
            return Expected.Relay;
        if (IsBlocked(one) || IsBlocked(other))
            return OfBlocked(one, other);
        if (one == NatKind.Symmetric && other == NatKind.Symmetric)
            return Expected.Relay;
        if (one == NatKind.Symmetric || other == NatKind.Symmetric)
            return (one == NatKind.Symmetric ? other : one) is NatKind.Public or NatKind.FullCone or NatKind.AddressRestricted ? Expected.Direct : Expected.ManySockets;
        return Expected.Direct;
    }

    private static Expected OfBlocked(NatKind one, NatKind other)
    {
        if (one == NatKind.OnlyTcp443 || other == NatKind.OnlyTcp443)
            return Expected.Relay;
        return one == NatKind.Public || other == NatKind.Public ? Expected.Direct : Expected.Either;
    }
}
