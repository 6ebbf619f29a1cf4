using Kith.Overlay.Dht.Krpc;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Searches;

/// <summary>Puts an item on the nodes in charge of it (BEP 44).</summary>
internal sealed class PutSearch(DhtItem item, long? cas, SearchGround ground, Action<PutResult> done) : StoreSearch(item.Target, ground, done)
{
    public override void WriteQuery(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction) =>
        // Only the token is of interest: what is not newer need not be sent.
        ItemQuery.WriteGet(ref writer, sender, transaction, Target, item.Key is null ? null : item.Sequence);

    protected override void WriteStore(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction, ReadOnlySpan<byte> token) =>
        ItemQuery.WritePut(ref writer, sender, transaction, item, cas, token);

    protected override bool TryStoreHere(long now, out DhtError? refusal)
    {
        refusal = null;
        if (item.Key is not null && Ground.Items.Find(now, Target) is { } known)
        {
            if (cas is { } expected && expected != known.Sequence)
                refusal = DhtError.CasMismatch;
            else if (item.Sequence < known.Sequence || (item.Sequence == known.Sequence && !item.Value.SequenceEqual(known.Value)))
                refusal = DhtError.SequenceTooOld;
        }

        return refusal is null && Ground.Items.TryKeep(now, item, null);
    }
}
