using System.Net;
using System.Net.Sockets;
using Kith.Overlay;
using Kith.Overlay.Nat;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// Which addresses are said to others, best first, in links, inside the ratchet and in the overlay's records: those that are listened on, those that the router opened, the one that a NAT gave and those of introducers.
/// A link has room for the first four: there must be a way in among them for a stranger behind whatever NAT, and loopback, for two homes on one machine without a network.
/// </summary>
internal static class SaidAddresses
{
    /// <summary>Addresses said at all: what a record has room for, less some for what others may add.</summary>
    public const int Max = 12;

    /// <summary>Holders of one's own that are said beside them.</summary>
    public const int MaxHolders = 4;

    /// <summary>Introducers in front of what is only good on a local network.</summary>
    private const int FirstIntroducers = 2;

    /// <summary>What to say.</summary>
    /// <param name="listening">What <see cref="OwnAddresses.Of"/> gave.</param>
    /// <param name="view">What the overlay sees.</param>
    /// <param name="port">The port that is listened on first.</param>
    public static IReadOnlyList<string> Choose(IReadOnlyList<string> listening, OverlayView view, int port)
    {
        var own = listening.Where(address => !IsLoopback(address)).ToList();
        var global = own.Where(IsGlobal).ToList();
        var near = own.Except(global, StringComparer.Ordinal).ToList();
        var isOpen = view.Nat.MappedAddresses.Count > 0 || view.Reachable == true || view.Nat.Kind is NatKind.None or NatKind.FullCone;
        var introducers = OfEachFamily(view, isOpen ? own : []);
        // Where only answers come in, what the NAT gave is good after a call alone, and the call tells it.
        IEnumerable<string> best = isOpen
            ? [.. view.Nat.MappedAddresses, .. global, .. Forwarded(view, port), .. introducers, .. Mapped(view), .. near.Take(1), .. view.Via.Take(FirstIntroducers), .. near, .. view.Via]
            : [.. own.Take(1), .. introducers, .. Mapped(view), .. view.Via.Take(FirstIntroducers), .. own, .. view.Via, .. view.Reachable is null ? Forwarded(view, port) : []];
        var said = best.Distinct(StringComparer.Ordinal).ToList();
        // Of IPv4 and IPv6 the first, and one is enough.
        if (listening.FirstOrDefault(IsLoopback) is { } loopback)
            said.Insert(own.Count == 0 ? 0 : Math.Min(said.Count, OwnAddresses.Max - 1), loopback);
        return [.. said.Take(Max)];
    }

    // One of each family: whoever has only one of the two gets in by that alone. Who is open to one family needs none for it.
    private static List<string> OfEachFamily(OverlayView view, List<string> open) =>
        [.. view.Via.Where(via => !open.Exists(address => IsIPv4(address) == IsIPv4(via))).GroupBy(IsIPv4).Select(family => family.First())];

    // Where others see us, on the port that is listened on: good where somebody forwards it, and TCP too.
    private static IEnumerable<string> Forwarded(OverlayView view, int port)
        => view.Wan is { } wan && IsOutside(wan) ? [NodeAddress.Tcp(new IPEndPoint(wan.ToAddress(), port)).ToString()] : [];

    // The very endpoint that the NAT gave, where it is the same for all.
    private static IEnumerable<string> Mapped(OverlayView view)
        => view.Nat is { Mapping: NatMapping.EndpointIndependent, Mapped: { } mapped } && IsOutside(mapped) ? [NodeAddress.Udp(mapped.ToIPEndPoint()).ToString()] : [];

    private static bool IsOutside(Endpoint endpoint) => AddressScope.KindOf(endpoint) is AddressKind.Global or AddressKind.Documentation;

    private static bool IsGlobal(string address) => NodeAddress.TryParse(address, out var parsed) && parsed!.ToIPEndPoint() is { } at && IsOutside(Endpoint.From(at));

    private static bool IsIPv4(string address) => NodeAddress.TryParse(address, out var parsed) && parsed!.ToIPEndPoint()?.AddressFamily == AddressFamily.InterNetwork;

    private static bool IsLoopback(string address) => NodeAddress.TryParse(address, out var parsed) && parsed!.ToIPEndPoint() is { } at && IPAddress.IsLoopback(at.Address);
}
