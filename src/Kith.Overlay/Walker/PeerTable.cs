using Kith.Wire;

namespace Kith.Overlay.Walker;

/// <summary>
/// The peers, bounded by number and by prefix. Three shares that do not take each other's places: candidates, those that were only heard (a flood of
/// invented addresses stays in it), and those that answered or proved themselves.
/// </summary>
/// <param name="own">The networks of this node: between nodes of one the limit per prefix is lifted.</param>
internal sealed class PeerTable(OwnNetworks own)
{
    /// <summary>A peer that was not heard for so long is not active; one that did not answer for so long is given up (the seed's TIMEOUT).</summary>
    public const long Timeout = 20_000;

    /// <summary>How long a silent peer is remembered, to be asked again when no active one is left.</summary>
    public const long KnownLife = 60_000;

    /// <summary>How long a candidate waits to be asked.</summary>
    public const long CandidateLife = 5 * 60_000;

    /// <summary>Candidates; more are not taken.</summary>
    public const int MaxCandidates = 64;

    /// <summary>Candidates of one peer that named them.</summary>
    public const int MaxCandidatesPerPeer = 8;

    /// <summary>Peers that were heard only; the one silent for longest gives way when it is silent for <see cref="MinStay"/>.</summary>
    public const int MaxHeard = 32;

    /// <summary>Peers that answered; the incoming one silent for longest gives way.</summary>
    public const int MaxKnown = 96;

    /// <summary>Places among <see cref="MaxKnown"/> that peers which came to us cannot take from those that we chose.</summary>
    public const int ReservedForOutgoing = 48;

    /// <summary>Peers of one prefix.</summary>
    public const int MaxPerPrefix = 4;

    /// <summary>How long a peer that was heard keeps its place whatever comes.</summary>
    public const long MinStay = 5_000;

    private readonly Dictionary<Endpoint, WalkerPeer> _peers = [];

    /// <summary>The networks of this node.</summary>
    public OwnNetworks Own { get; set; } = own;

    /// <summary>All of them.</summary>
    public Dictionary<Endpoint, WalkerPeer>.ValueCollection All => _peers.Values;

    /// <summary>The peer at an address, or null.</summary>
    public WalkerPeer? Find(Endpoint address) => _peers.GetValueOrDefault(address);

    /// <summary>Takes a peer if there is a place for one of its standing; null when there is none.</summary>
    public WalkerPeer? Add(WalkerPeer peer, long now)
    {
        if (!HasPlace(peer, now))
            return null;
        _peers[peer.Address] = peer;
        return peer;
    }

    /// <summary>Raises a peer's standing if there is a place for it there; the place that it had is free then.</summary>
    public void Raise(WalkerPeer peer, PeerStanding standing, long now)
    {
        if (peer.Standing >= standing)
            return;
        if (standing == PeerStanding.Heard && peer.Standing == PeerStanding.Candidate && !MakeRoom(now, PeerStanding.Heard, MaxHeard))
            return;
        if (peer.Standing < PeerStanding.Answered && standing >= PeerStanding.Answered && !MakeRoomAmongKnown(peer, now))
            return;
        peer.Standing = standing;
    }

    /// <summary>Forgets a peer.</summary>
    public void Remove(WalkerPeer peer) => _peers.Remove(peer.Address);

    private bool HasPlace(WalkerPeer newcomer, long now)
    {
        if (!newcomer.IsEntry && !Own.AreLifted(newcomer.Address) && Count(newcomer, static (peer, of) => peer.Prefix == of.Prefix) >= MaxPerPrefix)
            return false;
        return newcomer.Standing switch
        {
            PeerStanding.Candidate => Count(newcomer, static (peer, _) => peer.Standing == PeerStanding.Candidate) < MaxCandidates
                && (newcomer.IsEntry || Count(newcomer, static (peer, of) => peer.Standing == PeerStanding.Candidate && peer.NamedBy == of.NamedBy) < MaxCandidatesPerPeer),
            PeerStanding.Heard => MakeRoom(now, PeerStanding.Heard, MaxHeard),
            _ => MakeRoomAmongKnown(newcomer, now),
        };
    }

    private int Count(WalkerPeer of, Func<WalkerPeer, WalkerPeer, bool> matches)
    {
        var count = 0;
        foreach (var peer in _peers.Values)
            count += matches(peer, of) ? 1 : 0;
        return count;
    }

    private bool MakeRoom(long now, PeerStanding standing, int limit)
    {
        var count = 0;
        WalkerPeer? stalest = null;
        foreach (var peer in _peers.Values)
        {
            if (peer.Standing != standing)
                continue;
            count++;
            if (stalest is null || peer.LastHeard < stalest.LastHeard)
                stalest = peer;
        }

        if (count < limit)
            return true;
        if (now - stalest!.LastHeard < MinStay)
            return false;
        Remove(stalest);
        return true;
    }

    private bool MakeRoomAmongKnown(WalkerPeer newcomer, long now)
    {
        int count = 0, outgoing = 0;
        WalkerPeer? stalest = null;
        foreach (var peer in _peers.Values)
        {
            if (peer.Standing < PeerStanding.Answered)
                continue;
            count++;
            outgoing += peer.Incoming ? 0 : 1;
            if (peer.Incoming && (stalest is null || peer.LastHeard < stalest.LastHeard))
                stalest = peer;
        }

        if (count < MaxKnown)
            return newcomer.Incoming ? count - outgoing < MaxKnown - ReservedForOutgoing || Replace(stalest, now, MinStay) : true;
        // One that we chose takes the place of any that came to us; one that came to us only that of a silent one.
        return Replace(stalest, now, newcomer.Incoming || outgoing >= ReservedForOutgoing ? MinStay : 0);
    }

    private bool Replace(WalkerPeer? stalest, long now, long silence)
    {
        if (stalest is null || now - stalest.LastHeard < silence)
            return false;
        Remove(stalest);
        return true;
    }
}
