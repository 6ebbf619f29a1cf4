using Kith.Delivery.Routes;
using Kith.Node.Api.Types;
using Kith.Node.Events;
using Kith.Overlay;
using Kith.Overlay.Nat;
using Kith.Transport;
using Kith.Wire;
using EntrySource = Kith.Node.Api.Types.EntrySource;
using EntryState = Kith.Node.Api.Types.EntryState;

namespace Kith.Node.Network;

/// <summary>Draws the API's picture of the network from what the rooms below see.</summary>
internal static class NetworkPicture
{
    private const string OverlayCarrier = "udp";

    /// <summary>Everything that the network view shows.</summary>
    public static Api.Types.Network Draw(
        OverlayView view, IReadOnlyList<string> listen, bool? connectable, IReadOnlyList<PeerView> sessions, ContactBoard board, IReadOnlyList<NetworkProblem> problems, RelayState relay, TorStatus? tor, ForwardingStatus? forwarding, IReadOnlyList<EntryPoint> onions, long now) => new(
        listen,
        view.Wan?.ToString(),
        [.. view.Votes.Select(vote => new WanVote(vote.By.ToString(), vote.Seen.ToString(), vote.At))],
        KindOf(view.Nat),
        connectable,
        [.. view.Peers.OrderByDescending(peer => peer.LastSeen).Select(Peer)],
        [.. sessions.Select(session => Session(session, board, now))],
        [.. view.Entries.Select(entry => new EntryPoint(Source(entry.Source), entry.Address, State(entry.State), entry.Detail, entry.Elapsed)), .. onions],
        new DhtState(view.Nodes, view.Depth, view.Stored, view.IsReadOnly),
        new Traffic(view.BytesIn, view.BytesOut),
        Counts(view),
        problems,
        Nat(view.Nat),
        relay,
        tor,
        forwarding);

    /// <summary>Forwarders.</summary>
    public static ForwardingStatus? Forwarding(Kith.Forwarding.Hosting.ForwardingView? view) =>
        view is null ? null : new ForwardingStatus(view.Known, view.Guards, view.Forwards, view.Forwarded, view.Refused, view.Sent, view.RoundTrip);

    /// <summary>The kind of NAT in a word; null until known.</summary>
    public static string? KindOf(NatView nat) => nat.Kind == NatKind.Unknown ? null : nat.Name;

    /// <summary>What stands between this node and the internet.</summary>
    public static NatState Nat(NatView nat) => new(nat.Name, nat.Sentence, nat.Advice, nat.IsConfirmed, nat.Mapped?.ToString(), nat.MappedAddresses);

    /// <summary>Which way a session goes.</summary>
    public static Way WayOf(PathKind kind) => kind switch
    {
        PathKind.Relay => Way.Relay,
        PathKind.Onion => Way.Onion,
        PathKind.Tunnel => Way.Tunnel,
        _ => Way.Direct,
    };

    /// <summary>Every open session, then the nodes of the overlay: the lines of <c>kith peers</c>.</summary>
    public static IReadOnlyList<Peer> Peers(OverlayView view, IReadOnlyList<PeerView> sessions, ContactBoard board, long now) =>
    [
        .. sessions.Select(peer => new Peer(
            peer.Key,
            PeerKind.Session,
            peer.Peer?.ToString(),
            NameOf(peer, board),
            peer.Address,
            Side(peer.Incoming),
            peer.Carrier,
            peer.Incoming ? null : true,
            now - (long)peer.Silence.TotalMilliseconds,
            peer.RoundTrip?.TotalMilliseconds,
            WayOf(peer.Path))),
        .. view.Peers.OrderByDescending(peer => peer.LastSeen).Select(peer => new Peer(
            peer.Id, PeerKind.Overlay, Contact: null, Name: null, peer.Address.ToString(), Side(peer.Incoming), OverlayCarrier, peer.Connectable, peer.LastSeen, peer.RoundTrip, Way.Direct)),
    ];

    private static WalkerPeer Peer(OverlayPeer peer)
        => new(peer.Id, peer.Address.ToString(), Side(peer.Incoming), peer.Connectable, peer.LastSeen, peer.RoundTrip, peer.Speaks);

    private static OpenSession Session(PeerView session, ContactBoard board, long now) => new(
        session.Key,
        session.Peer?.ToString(),
        NameOf(session, board),
        session.Address,
        Side(session.Incoming),
        session.Carrier,
        session.Since,
        now - (long)session.Silence.TotalMilliseconds,
        session.RoundTrip?.TotalMilliseconds,
        WayOf(session.Path));

    private static PeerCounts Counts(OverlayView view)
    {
        var incoming = view.Peers.Count(peer => peer.Incoming);
        return new PeerCounts(view.Active, view.Connectable, incoming, view.Peers.Count - incoming, view.Active == 0 ? null : (double)view.Connectable / view.Active);
    }

    private static string? NameOf(PeerView session, ContactBoard board) => session.Peer is { } id ? board.Name(id) : null;

    private static Direction Side(bool incoming) => incoming ? Direction.In : Direction.Out;

    private static EntrySource Source(Overlay.EntrySource source) => source switch
    {
        Overlay.EntrySource.Remembered => EntrySource.Remembered,
        Overlay.EntrySource.Named => EntrySource.Named,
        Overlay.EntrySource.Contact => EntrySource.Contact,
        Overlay.EntrySource.LocalNetwork => EntrySource.LocalNetwork,
        Overlay.EntrySource.DynamicDns => EntrySource.DynamicDns,
        _ => EntrySource.Mainline,
    };

    private static EntryState State(Overlay.EntryState state) => state switch
    {
        Overlay.EntryState.Resolving => EntryState.Resolving,
        Overlay.EntryState.Asked => EntryState.Asked,
        Overlay.EntryState.Answered => EntryState.Answered,
        _ => EntryState.Failed,
    };
}
