using Kith.Crypto;
using Kith.Overlay.Dht.Krpc;

namespace Kith.Overlay.Dht.Serving;

/// <summary>Decides about the items that others put (BEP 44). What costs least is looked at first; the signature of what stands there already, byte for byte, is not checked again.</summary>
internal sealed class PutJudge(ItemStore items)
{
    /// <summary>Keeps an item whose token was good; what is wrong with it, or null.</summary>
    public DhtError? Put(long now, in ItemQuery put, AddressPrefix? by)
    {
        if (put.Value.IsEmpty)
            return DhtError.Protocol;
        if (put.Value.Length > DhtItem.MaxValueSize)
            return DhtError.ValueTooBig;
        return put.Key.IsEmpty ? PutImmutable(now, put, by) : PutMutable(now, put, by);
    }

    private DhtError? PutImmutable(long now, in ItemQuery put, AddressPrefix? by) => Keep(now, items.Find(now, DhtTarget.IdOf(put.Value)) ?? DhtItem.Immutable(put.Value), by);

    private DhtError? PutMutable(long now, in ItemQuery put, AddressPrefix? by)
    {
        if (put.Salt.Length > DhtItem.MaxSaltSize)
            return DhtError.SaltTooBig;
        if (!put.HasSequence || put.Sequence < 0 || !Ed25519PublicKey.TryParse(put.Key, out var key))
            return DhtError.Protocol;
        var known = items.Find(now, DhtTarget.IdOf(key, put.Salt));
        if (known is not null)
        {
            if (put.HasCas && put.Cas != known.Sequence)
                return DhtError.CasMismatch;
            if (known.IsSame(put.Sequence, put.Value, put.Signature))
                return Keep(now, known, by);
            // Of two values with one number the first stays: nodes that took different ones would never agree.
            if (put.Sequence < known.Sequence || (put.Sequence == known.Sequence && !put.Value.SequenceEqual(known.Value)))
                return DhtError.SequenceTooOld;
        }

        return DhtItem.TryVerify(key, put.Salt, put.Sequence, put.Value, put.Signature, out var item) ? Keep(now, item!, by) : DhtError.InvalidSignature;
    }

    private DhtError? Keep(long now, DhtItem item, AddressPrefix? by) => items.TryKeep(now, item, by) ? null : DhtError.Server;
}
