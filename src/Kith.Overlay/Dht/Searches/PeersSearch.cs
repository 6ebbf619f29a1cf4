using Kith.Overlay.Dht.Krpc;
using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Searches;

/// <summary>Looks for peers (<c>get_peers</c>): at most <see cref="MaxPeers"/>, those found first.</summary>
internal sealed class PeersSearch(NodeId infoHash, SearchGround ground, Action<PeersProgress> progress) : Search(infoHash, ground)
{
    /// <summary>Most peers found.</summary>
    public const int MaxPeers = 1024;

    private readonly HashSet<Endpoint> _peers = [];

    public override void WriteQuery(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction) =>
        PeersQuery.WriteGet(ref writer, sender, transaction, Target);

    public override void Take(long now, Traversal by, byte slot, in KrpcAnswer answer, int depth)
    {
        Span<Endpoint> peers = stackalloc Endpoint[KrpcLimits.MaxPeers];
        peers = peers[..answer.ReadPeers(peers)];
        // Whoever is far away must not aim us at this machine's services, or the house's.
        var source = by.EndpointOf(slot);
        var count = 0;
        foreach (var peer in peers)
        {
            if (Ground.Own.Networks.MayFollow(source, peer))
                peers[count++] = peer;
        }

        Add(peers[..count]);
    }

    protected override void Open(long now)
    {
        Span<Endpoint> peers = stackalloc Endpoint[KrpcLimits.MaxPeers];
        Add(peers[..Ground.Peers.Find(now, Target, isIPv4: true, peers)]);
        Add(peers[..Ground.Peers.Find(now, Target, isIPv4: false, peers)]);
    }

    protected override void Close(long now)
    {
        Finish();
        Report();
    }

    private void Add(ReadOnlySpan<Endpoint> peers)
    {
        var before = _peers.Count;
        foreach (var peer in peers)
        {
            if (_peers.Count < MaxPeers)
                _ = _peers.Add(peer);
        }

        if (_peers.Count > before)
            Report();
    }

    private void Report() => progress(new PeersProgress([.. _peers], IsFinished, Hops, Queries));
}
