using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Dht.Serving;

/// <summary>
/// The peers that have announced themselves (BEP 5), for half an hour each. At most <see cref="MaxHashes"/> hashes with <see cref="MaxPeers"/> peers each, of one prefix
/// <see cref="MaxPerPrefix"/> a hash: a new hash past the limit takes the place of the one farthest from our id, or is refused when it is that one itself; a new peer past its limit takes
/// the place of the one that expires first; one past its prefix's limit that of the first of its prefix.
/// </summary>
internal sealed class PeerStore(OwnNode own, IRandom random)
{
    /// <summary>Milliseconds that a peer is kept.</summary>
    public const long Lifetime = 30 * 60 * 1000;

    /// <summary>Most hashes.</summary>
    public const int MaxHashes = 1024;

    /// <summary>Most peers of one hash.</summary>
    public const int MaxPeers = 128;

    /// <summary>Most peers of one prefix under one hash.</summary>
    public const int MaxPerPrefix = 8;

    private Dictionary<NodeId, List<Peer>>? _peers;

    public int Count => _peers?.Count ?? 0;

    /// <summary>Some peers of a hash and one family, a random choice where there are more than asked for.</summary>
    public int Find(long now, NodeId infoHash, bool isIPv4, Span<Endpoint> destination)
    {
        if (_peers is null || !_peers.TryGetValue(infoHash, out var peers))
            return 0;
        int count = 0, seen = 0;
        foreach (var peer in peers)
        {
            if (peer.ExpiresAt <= now || peer.Endpoint.IsIPv4 != isIPv4)
                continue;
            seen++;
            if (count < destination.Length)
                destination[count++] = peer.Endpoint;
            else if (random.NextInt32(seen) is var place && place < count)
                destination[place] = peer.Endpoint;
        }

        return count;
    }

    public bool TryKeep(long now, NodeId infoHash, Endpoint peer, bool isNear)
    {
        _peers ??= [];
        if (!_peers.TryGetValue(infoHash, out var peers))
        {
            if (_peers.Count >= MaxHashes && !TryEvict(now, infoHash))
                return false;
            _peers.Add(infoHash, peers = new List<Peer>(1));
        }

        Keep(peers, new Peer(peer, now + Lifetime), isNear);
        return true;
    }

    /// <summary>Drops what has expired.</summary>
    public void Expire(long now)
    {
        if (_peers is null)
            return;
        foreach (var (hash, peers) in _peers)
        {
            _ = peers.RemoveAll(peer => peer.ExpiresAt <= now);
            if (peers.Count == 0)
                _ = _peers.Remove(hash);
        }
    }

    private static void Keep(List<Peer> peers, Peer added, bool isNear)
    {
        var prefix = AddressPrefix.Of(added.Endpoint);
        int same = -1, first = -1, firstOfPrefix = -1, ofPrefix = 0;
        for (var i = 0; i < peers.Count; i++)
        {
            if (peers[i].Endpoint == added.Endpoint)
                same = i;
            if (first < 0 || peers[i].ExpiresAt < peers[first].ExpiresAt)
                first = i;
            if (AddressPrefix.Of(peers[i].Endpoint) != prefix)
                continue;
            ofPrefix++;
            if (firstOfPrefix < 0 || peers[i].ExpiresAt < peers[firstOfPrefix].ExpiresAt)
                firstOfPrefix = i;
        }

        if (same >= 0)
            peers[same] = added;
        else if (!isNear && ofPrefix >= MaxPerPrefix)
            peers[firstOfPrefix] = added;
        else if (peers.Count >= MaxPeers)
            peers[first] = added;
        else
            peers.Add(added);
    }

    private bool TryEvict(long now, NodeId newcomer)
    {
        Expire(now);
        if (_peers!.Count < MaxHashes)
            return true;
        var farthest = newcomer;
        foreach (var hash in _peers.Keys)
        {
            if (farthest.IsCloser(own.Id, hash))
                farthest = hash;
        }

        return farthest != newcomer && _peers.Remove(farthest);
    }

    private readonly record struct Peer(Endpoint Endpoint, long ExpiresAt);
}
