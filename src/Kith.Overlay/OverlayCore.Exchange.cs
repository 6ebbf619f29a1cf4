using Kith.Overlay.Host;
using Kith.Overlay.Nat;
using Kith.Overlay.Walker;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>What the cores learn from each other.</content>
internal sealed partial class OverlayCore : IWalkerObserver
{
    /// <summary>Nodes of the DHT that are remembered for the next start, beside the entry points that answered.</summary>
    private const int RememberedOfDht = 16;

    private long _introduceAt;

    /// <summary>Whether there is anybody to ask on the DHT.</summary>
    public bool HasNodes => Dht.Table.Count + Dht.Table6.Count > 0;

    /// <summary>Nodes to be tried first at the next start.</summary>
    public IReadOnlyList<string> Remember()
    {
        // The last one said is tried first: nodes of Kith that are reached without a puncture.
        foreach (var node in Dht.Table.Sample(RememberedOfDht).Concat(Dht.Table6.Sample(RememberedOfDht)).Reverse())
            Entry.Remember(node.Endpoint);
        foreach (var peer in Walker.Peers().Where(peer => peer.Connectable == true))
            Entry.Remember(peer.Address);
        return [.. Entry.Remembered.Select(node => node.ToString())];
    }

    /// <summary>We are on other networks now, or again: everything that was learned about the old ones is asked anew.</summary>
    public void NetworkChanged(long now, OwnNetworks networks)
    {
        Enter(now);
        _networks = networks;
        _sink.Networks = networks;
        _extraSink.Networks = networks;
        _reachability.ChangeNetworks(networks);
        _seal?.SetOwn(networks.Addresses.Select(own => own.WithPort(_port)));
        Dht.ChangeNetworks(now, networks);
        Walker.NetworkChanged(now, networks);
        Nat.NetworkChanged(now);
        Relay.ChangeNetworks(now, networks);
        Reach.NetworkChanged(now);
        Entry.InterfacesChanged(now);
        Entry.PeersLost(now);
        // What is published is put again once somebody answers, however lately it was.
        _renewedAt = long.MinValue;
        Exchange();
    }

    // After each event: cheap where nothing has changed.
    private void Exchange()
    {
        var hasNodes = HasNodes;
        if (hasNodes && !_hadNodes)
            FirstNodesCame();
        _hadNodes = hasNodes;
        NoticeChanges();
    }

    void IWalkerObserver.Answered(long now, WalkerAnswer answer)
    {
        Entry.Answered(now, answer.Address);
        // A node of Kith has a DHT on the same port; where hardly any are known it is not left out because a datagram was lost.
        if (answer.SpeaksKith && (answer.IsFirst || Dht.Needs(answer.Address)))
            Dht.Ping(now, answer.Address);
        if (answer.SpeaksKith)
            Nat.Met(now);
    }

    // A node of Kith that the DHT found: where the walker came in by nobody, or lost everybody, it begins there.
    private void IntroduceTo(Endpoint node)
    {
        if (_counts.Active >= WalkerCore.EnoughPeers || _now < _introduceAt)
            return;
        _introduceAt = _now + WalkerCore.FastInterval;
        Walker.Introduce(_now, node);
    }

    void IWalkerObserver.WanChanged(long now, Endpoint wan)
    {
        _reachability.Wan = Walker.Wan;
        Dht.SetExternalAddress(now, wan);
    }

    private void Upkeep()
    {
        EndHeld();
        _counts = Walker.Counts(_now);
        Nat.Judge(_now);
        _reachability.IsFiltered = Nat.View.Kind == NatKind.Firewall;
        var reachable = _reachability.IsReachable(_now);
        // BEP 43: a node that cannot be asked must not be in others' tables. One that sees no NAT, and one that knows nothing yet, can be.
        Dht.IsReadOnly = reachable == false;
        Entry.SetReachable(_now, reachable == true ? Walker.Wan : null);
        var hasPeers = HasNodes || _counts.Active > 0;
        if (_hadPeers && !hasPeers)
            Entry.PeersLost(_now);
        _hadPeers = hasPeers;
    }
}
