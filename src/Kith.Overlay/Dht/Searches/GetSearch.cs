using Kith.Crypto;
using Kith.Overlay.Dht.Krpc;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Searches;

/// <summary>
/// Looks for an item (BEP 44). Each newer one that proves true is reported as it comes. An immutable one ends the search; for a mutable one the whole region is asked, since the first
/// to answer may hold an old one back.
/// </summary>
internal sealed class GetSearch(DhtTarget wanted, SearchGround ground, Action<GetProgress> progress) : Search(wanted.Id, ground)
{
    private DhtItem? _newest;
    private int _foundAt;

    public override void WriteQuery(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction) =>
        // Those that have nothing newer than we do need not send it.
        ItemQuery.WriteGet(ref writer, sender, transaction, Target, _newest?.Key is null ? null : _newest.Sequence);

    public override void Take(long now, Traversal by, byte slot, in KrpcAnswer answer, int depth)
    {
        // One of ours that others have too: how far away is what people ask.
        if (_foundAt == 0 && _newest?.Key is not null && answer.Item.HasSequence && answer.Item.Sequence == _newest.Sequence)
            _foundAt = depth;
        if (answer.Item.Value.IsEmpty || IsKnown(answer))
            return;
        if (TryVerify(answer, out var item))
            Found(item!, depth);
        else
            by.Distrust(slot);
    }

    protected override void Open(long now)
    {
        if (Ground.Items.Find(now, Target) is { } own && own.Key == wanted.Key && (_newest is null || own.Sequence > _newest.Sequence))
            Found(own, 0);
    }

    protected override void Close(long now)
    {
        Finish();
        Report();
    }

    private bool IsKnown(in KrpcAnswer answer) => _newest is not null && (_newest.Key is null || answer.Item.Sequence <= _newest.Sequence);

    private bool TryVerify(in KrpcAnswer answer, out DhtItem? item)
    {
        item = null;
        if (wanted.Key is not { } key)
            return DhtItem.TryVerify(Target, answer.Item.Value, out item);
        return answer.Item.HasSequence && Ed25519PublicKey.TryParse(answer.Item.Key, out var signer) && signer == key
            && DhtItem.TryVerify(key, wanted.Salt.Span, answer.Item.Sequence, answer.Item.Value, answer.Item.Signature, out item);
    }

    private void Found(DhtItem item, int depth)
    {
        _newest = item;
        _foundAt = depth;
        if (item.Key is null)
            Finish();
        Report();
    }

    private void Report() => progress(new GetProgress(_newest, IsFinished, _newest is null ? Hops : _foundAt, Queries, Answers));
}
