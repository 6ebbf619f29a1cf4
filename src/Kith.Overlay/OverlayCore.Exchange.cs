using Kith.Wire;

namespace Kith.Overlay;

/// <content>What the cores learn from each other.</content>
internal sealed partial class OverlayCore
{
    /// <summary>Nodes of the DHT that are remembered for the next start, beside the entry points that answered.</summary>
    private const int RememberedOfDht = 16;

    /// <summary>Whether there is anybody.</summary>
    public bool HasPeers => Dht.Table.Count + Dht.Table6.Count > 0;

    /// <summary>Nodes to be tried first at the next start.</summary>
    public IReadOnlyList<string> Remember()
    {
        foreach (var node in Dht.Table.Sample(RememberedOfDht).Concat(Dht.Table6.Sample(RememberedOfDht)))
            Entry.Remember(node.Endpoint);
        return [.. Entry.Remembered.Select(node => node.ToString())];
    }

    /// <summary>We are on other networks now, or again: everything that was learned about the old ones is asked anew.</summary>
    public void NetworkChanged(long now, OwnNetworks networks)
    {
        Enter(now);
        _networks = networks;
        _sink.Networks = networks;
        _reachability.ChangeNetworks(networks);
        _seal?.SetOwn(networks.Addresses.Select(own => own.WithPort(_port)));
        Entry.InterfacesChanged(now);
        Entry.PeersLost(now);
        Renew();
        Exchange();
    }

    // After each event: cheap where nothing has changed.
    private void Exchange()
    {
        var hasPeers = HasPeers;
        if (_hadPeers && !hasPeers)
            Entry.PeersLost(_now);
        else if (hasPeers && !_hadPeers)
            FirstPeersCame();
        _hadPeers = hasPeers;
        NoticeChanges();
    }

    private void Upkeep()
    {
        EndHeld();
        SetWan(_reachability.Wan);
        var reachable = _reachability.IsReachable(_now);
        // BEP 43: a node that cannot be asked must not be in others' tables. One that sees no NAT, and one that knows nothing yet, can be.
        Dht.IsReadOnly = reachable == false;
        Entry.SetReachable(_now, reachable == true ? _reachability.Wan : null);
    }

    private void SetWan(Endpoint? wan)
    {
        if (wan == _wan)
            return;
        _wan = wan;
        _reachability.Wan = wan;
        Dht.SetExternalAddress(_now, wan);
    }
}
