using Kith.Overlay.Dht.Krpc;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Searches;

/// <summary>Looks for the nodes closest to an id (<c>find_node</c>), and has the table look at those named on the way.</summary>
internal sealed class NodeSearch(NodeId target, SearchGround ground, Action<long, IReadOnlyList<KnownNode>> done) : Search(target, ground)
{
    public override void WriteQuery(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction)
    {
        // A family of which nobody is known is asked for.
        var want = Ground.Book.Table4.Count > 0 && Ground.Book.Table6.Count > 0 ? Families.None : Families.IPv4 | Families.IPv6;
        NodeQuery.WriteFindNode(ref writer, sender, transaction, Target, want);
    }

    protected override void Close(long now)
    {
        var nodes = new List<KnownNode>(SearchLimits.Region);
        _ = CopyRegion(candidate => nodes.Add(new KnownNode(candidate.Id, candidate.Endpoint)), SearchLimits.Region);
        OfferRest(now);
        Finish();
        done(now, nodes);
    }
}
