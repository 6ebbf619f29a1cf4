using Kith.Crypto;
using Kith.Overlay.Dht.Krpc;

namespace Kith.Overlay.Dht.Serving;

/// <summary>Decides about the items that others put (BEP 44). What costs least is looked at first; the signature of what stands there already, byte for byte, is not checked again.</summary>
internal sealed class PutJudge(ItemStore items)
{
    /// <summary>Keeps an item whose token was good; what is wrong with it, or null.</summary>
    public DhtError? Put(long now, in ItemQuery put, AddressPrefix? by)
    {
        if (put.Item.Value.IsEmpty)
            return DhtError.Protocol;
        if (put.Item.Value.Length > DhtItem.MaxValueSize)
            return DhtError.ValueTooBig;
        return put.Item.Key.IsEmpty ? PutImmutable(now, put, by) : PutMutable(now, put, by);
    }

    private DhtError? PutImmutable(long now, in ItemQuery put, AddressPrefix? by) => Keep(now, items.Find(now, DhtTarget.IdOf(put.Item.Value)) ?? DhtItem.Immutable(put.Item.Value), by);

    private DhtError? PutMutable(long now, in ItemQuery put, AddressPrefix? by)
    {
        if (put.Salt.Length > DhtItem.MaxSaltSize)
            return DhtError.SaltTooBig;
        if (!put.Item.HasSequence || put.Item.Sequence < 0 || !Ed25519PublicKey.TryParse(put.Item.Key, out var key))
            return DhtError.Protocol;
        var known = items.Find(now, DhtTarget.IdOf(key, put.Salt));
        if (known is not null)
        {
            if (put.HasCas && put.Cas != known.Sequence)
                return DhtError.CasMismatch;
            if (known.IsSame(put.Item.Sequence, put.Item.Value, put.Item.Signature))
                return Keep(now, known, by);
            // Of two values with one number the first stays: nodes that took different ones would never agree.
            if (put.Item.Sequence < known.Sequence || (put.Item.Sequence == known.Sequence && !put.Item.Value.SequenceEqual(known.Value)))
                return DhtError.SequenceTooOld;
        }

        return DhtItem.TryVerify(key, put.Salt, put.Item.Sequence, put.Item.Value, put.Item.Signature, out var item) ? Keep(now, item!, by) : DhtError.InvalidSignature;
    }

    private DhtError? Keep(long now, DhtItem item, AddressPrefix? by) => items.TryKeep(now, item, by) ? null : DhtError.Server;
}
