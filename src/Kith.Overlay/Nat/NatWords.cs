using System.Globalization;
using Kith.Transport.PortMapping;
using Kith.Wire;

namespace Kith.Overlay.Nat;

/// <summary>Says in plain words what a verdict means, and what to do about it.</summary>
internal static class NatWords
{
    private const double OfLifetime = 0.8;

    /// <summary>The view of a verdict.</summary>
    public static NatView ViewOf(NatVerdict verdict, INatGround ground, TimeSpan? lifetime, MappingState router)
    {
        var mapped = MappedAddresses(router);
        return new NatView
        {
            Kind = verdict.Kind,
            Mapping = verdict.Mapping,
            Filtering = verdict.Filtering,
            Ports = verdict.Ports,
            Hairpin = verdict.Hairpin,
            Mapped = ground.Wan,
            MappingLifetime = lifetime,
            KeepAlive = lifetime < NatView.UsualKeepAlive ? lifetime.Value * OfLifetime : NatView.UsualKeepAlive,
            IsConfirmed = verdict.IsConfirmed,
            Router = router,
            MappedAddresses = mapped,
            Sentence = SentenceOf(verdict.Kind, ground) + Reached(verdict.Kind, ground, mapped, router) + Short(lifetime),
            Advice = AdviceOf(verdict.Kind, ground, mapped, router),
        };
    }

    private static string[] MappedAddresses(MappingState router) => router.IsDoubleNat
        ? []
        :
        [
            .. router.Ports.Where(port => port.IsUdp && AddressScope.KindOf(port.External) is AddressKind.Global or AddressKind.Documentation)
                .Select(udp => router.Ports.Any(tcp => !tcp.IsUdp && tcp.External == udp.External) ? udp.External.ToString() : $"udp/{udp.External}")
                .Distinct(StringComparer.Ordinal),
        ];

    private static string SentenceOf(NatKind kind, INatGround ground) => kind switch
    {
        NatKind.None when ground.Networks.IsLoopbackOnly => "This node is for this machine alone: nothing stands between.",
        NatKind.None => "Nothing stands between this computer and the internet: everybody reaches it directly.",
        NatKind.Firewall => "This computer has an address of its own on the internet, but a firewall lets in only those that it has written to first. Direct calls work, as both sides begin at once.",
        NatKind.FullCone => "A router shares one address here and lets everybody in to the port that Kith uses: direct calls work with everybody.",
        NatKind.AddressRestricted => "A router shares one address here and lets in whom Kith has written to, from any of their ports: direct calls work with nearly everybody.",
        NatKind.PortRestricted => "A router shares one address here and lets in exactly whom Kith has written to. Direct calls work with nearly everybody; with those behind a router of the strictest kind they may take some seconds.",
        NatKind.Symmetric => "A router of the strictest kind is used here: it shows another port to each person. Direct calls work with people on more open networks, and may take some seconds; with people behind another of this kind only over a relay.",
        NatKind.Blocked => "No answer comes back over UDP: this network blocks it, or has no way to the internet. Kith uses TCP instead, which works, but with more delay and only through nodes that can be reached.",
        _ when ground.Wan is { } wan && ground.Networks.AreLifted(wan) => "Only computers of this same network have been met so far: how it is seen from the internet is not known.",
        _ when ground.Wan is not null => "The internet sees this computer at another address, but it has not been found out yet whom the router lets in.",
        _ => NatView.Nothing.Sentence,
    };

    private static string Reached(NatKind kind, INatGround ground, string[] mapped, MappingState router)
    {
        if (kind is NatKind.None or NatKind.Blocked)
            return string.Empty;
        if (mapped.Length > 0)
            return string.Create(CultureInfo.InvariantCulture, $" The router was asked to open a port ({ProtocolName(router.Ports[0].Protocol)}), and did: everybody reaches Kith directly.");
        if (router.IsDoubleNat)
            return " The router opened a port, but has itself no address of the internet: a second router stands behind it.";
        return ground.WasReached && kind is not (NatKind.FullCone or NatKind.Unknown) ? " Kith's port is open all the same: others reach it directly." : string.Empty;
    }

    private static string Short(TimeSpan? lifetime) => lifetime < NatView.UsualKeepAlive
        ? string.Create(CultureInfo.InvariantCulture, $" It forgets a connection within half a minute of silence ({lifetime.Value.TotalSeconds:0} seconds are safe), so Kith speaks up more often.")
        : string.Empty;

    private static string? AdviceOf(NatKind kind, INatGround ground, string[] mapped, MappingState router)
    {
        if (mapped.Length > 0 || kind is NatKind.None or NatKind.FullCone or NatKind.Unknown || (ground.WasReached && kind != NatKind.Blocked))
            return null;
        var port = ground.Port;
        return kind switch
        {
            NatKind.Firewall => string.Create(CultureInfo.InvariantCulture, $"To be reached by everybody at once, let UDP and TCP port {port} in at the firewall."),
            NatKind.Blocked => "Ask whoever runs this network to let UDP out, or use another network. Allowing relays helps too.",
            NatKind.Symmetric when router.IsDoubleNat => "Ask the provider for an address of your own (IPv4 without carrier NAT, or IPv6), or allow relays so that messages arrive without delay.",
            NatKind.Symmetric => string.Create(CultureInfo.InvariantCulture, $"Switch on UPnP, NAT-PMP or PCP on the router, or forward UDP and TCP port {port} to this computer; IPv6 helps as well. Otherwise allow relays."),
            _ => string.Create(CultureInfo.InvariantCulture, $"Nothing has to be done. To be reached without an introduction, switch on UPnP, NAT-PMP or PCP on the router, or forward UDP and TCP port {port}."),
        };
    }

    private static string ProtocolName(MappingProtocol protocol) => protocol switch
    {
        MappingProtocol.Pcp => "PCP",
        MappingProtocol.NatPmp => "NAT-PMP",
        _ => "UPnP",
    };
}
