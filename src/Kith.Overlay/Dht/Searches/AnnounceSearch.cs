using Kith.Overlay.Dht.Krpc;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Searches;

/// <summary>Announces us as a peer (<c>announce_peer</c>). Not with ourselves: we do not know our address as others see it.</summary>
internal sealed class AnnounceSearch(NodeId infoHash, ushort port, SearchGround ground, Action<PutResult> done) : StoreSearch(infoHash, ground, done)
{
    public override void WriteQuery(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction) =>
        PeersQuery.WriteGet(ref writer, sender, transaction, Target);

    protected override void WriteStore(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction, ReadOnlySpan<byte> token) =>
        PeersQuery.WriteAnnounce(ref writer, sender, transaction, Target, port, token);

    protected override bool TryStoreHere(long now, out DhtError? refusal)
    {
        refusal = null;
        return false;
    }
}
