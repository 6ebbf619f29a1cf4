using Kith.Delivery.Routes;
using Kith.Node.Api.Types;
using Kith.Node.Events;
using Kith.Overlay;
using Kith.Wire;
using EntrySource = Kith.Node.Api.Types.EntrySource;
using EntryState = Kith.Node.Api.Types.EntryState;

namespace Kith.Node.Network;

/// <summary>Draws the API's picture of the network from what the rooms below see.</summary>
internal static class NetworkPicture
{
    /// <summary>Everything that the network view shows.</summary>
    public static Api.Types.Network Draw(
        OverlayView view, IReadOnlyList<string> listen, bool? connectable, IReadOnlyList<PeerView> sessions, ContactBoard board, IReadOnlyList<NetworkProblem> problems, long now) => new(
        listen,
        view.Wan?.ToString(),
        [.. view.Votes.Select(vote => new WanVote(vote.By.ToString(), vote.Seen.ToString(), vote.At))],
        Nat: null,
        connectable,
        [.. view.Peers.OrderByDescending(peer => peer.LastSeen).Select(Peer)],
        [.. sessions.Select(session => Session(session, board, now))],
        [.. view.Entries.Select(entry => new EntryPoint(Source(entry.Source), entry.Address, State(entry.State), entry.Detail, entry.Elapsed))],
        new DhtState(view.Nodes, view.Depth, view.Stored, view.IsReadOnly),
        new Traffic(view.BytesIn, view.BytesOut),
        Counts(view),
        problems);

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
            NodeCarrier.Tcp,
            peer.Incoming ? null : true,
            now - (long)peer.Silence.TotalMilliseconds,
            peer.RoundTrip?.TotalMilliseconds)),
        .. view.Peers.OrderByDescending(peer => peer.LastSeen).Select(peer => new Peer(
            peer.Id, PeerKind.Overlay, Contact: null, Name: null, peer.Address.ToString(), Side(peer.Incoming), NodeCarrier.Udp, peer.Connectable, peer.LastSeen, peer.RoundTrip)),
    ];

    private static WalkerPeer Peer(OverlayPeer peer)
        => new(peer.Id, peer.Address.ToString(), Side(peer.Incoming), peer.Connectable, peer.LastSeen, peer.RoundTrip, peer.Speaks);

    private static OpenSession Session(PeerView session, ContactBoard board, long now) => new(
        session.Key,
        session.Peer?.ToString(),
        NameOf(session, board),
        session.Address,
        Side(session.Incoming),
        NodeCarrier.Tcp,
        session.Since,
        now - (long)session.Silence.TotalMilliseconds,
        session.RoundTrip?.TotalMilliseconds);

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

    private static class NodeCarrier
    {
        public const string Tcp = "tcp";
        public const string Udp = "udp";
    }
}
