using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Holding;

/// <summary>Decides what is taken into boxes and out of them, and does it: who may, and whether there is room (docs/protocol/mailbox.md, "Entries" and "Limits").</summary>
internal sealed class BoxKeeping(IDropStore store, ISurplus? surplus)
{
    /// <summary>Room offered, bytes; 0 takes nothing more.</summary>
    public long Room { get; set; }

    /// <summary>Takes an entry, or says why not. At <see cref="DropCode.Done"/> its place; 0 when it was here before.</summary>
    public DropCode Put(HolderTime now, PublicBox box, PutItem item, KnownClient client, out long place)
    {
        place = 0;
        var entry = item.Entry;
        if (Check(now, box, item) is var refused && refused != DropCode.Done)
            return refused;
        if (store.Find(box.Address, entry.Hash) is { } found)
        {
            if (found.DeleteSignature is not null)
                return DropCode.Deleted;
            if (found.Expiry > now.Believed)
                return DropCode.Done;
            store.Drop(box.Address, entry.Hash);
        }

        if (Room == 0)
            return DropCode.NoRoom;
        var size = store.Size(box.Address);
        if (size.Entries >= HoldingLimits.BoxEntries || size.Bytes + entry.Size > HoldingLimits.BoxBytes)
            return DropCode.BoxFull;
        if (!HasShare(client, entry.Size))
            return DropCode.ShareUsedUp;
        if (!TryMakeRoom(entry.Size))
            return DropCode.Full;
        place = store.Add(now.Wall, box, entry, client.Prefix, item.Chunk.Span);
        return DropCode.Done;
    }

    /// <summary>Deletes, or says why not. What was never here is noted, so that it is not taken when somebody carries it here.</summary>
    public DropCode Delete(HolderTime now, PublicBox box, DeleteItem item, KnownClient client, out bool isChange)
    {
        isChange = false;
        if (!EntryRules.IsDelete(box, item.Hash, item.Signature.Span))
            return DropCode.Signature;
        var found = store.Find(box.Address, item.Hash);
        if (found is { DeleteSignature: not null })
            return DropCode.Done;
        if (found is null)
        {
            // Whoever takes nothing need not note what it does not take.
            if (Room == 0)
                return DropCode.Done;
            if (store.Size(box.Address).Tombstones >= HoldingLimits.BoxTombstones)
                return DropCode.BoxFull;
            if (!HasShare(client, HoldingLimits.TombstoneBytes))
                return DropCode.ShareUsedUp;
            if (!TryMakeRoom(HoldingLimits.TombstoneBytes))
                return DropCode.Full;
        }

        store.Delete(box.Address, item.Hash, EntryRules.ExpiryAt(now.Wall + EntryRules.ExpiryStep, MailboxLimits.Kept), item.Signature.Span, client.Prefix);
        isChange = true;
        return DropCode.Done;
    }

    // The cheap first; each of them without looking at what is kept, so that nobody without the capability learns of it.
    private static DropCode Check(HolderTime now, PublicBox box, PutItem item)
    {
        var (entry, chunk) = item;
        if (!ChunkFormat.IsSize(entry.Size))
            return DropCode.Size;
        if (!EntryRules.IsExpiry(entry.Expiry, now.Wall, now.Believed))
            return DropCode.Expiry;
        if (!ProofOfWork.HoldsForEntry(box, entry.Hash, entry.Work))
            return DropCode.Price;
        return EntryRules.IsOf(entry, chunk.Span) && EntryRules.IsSigned(box, entry) ? DropCode.Done : DropCode.Signature;
    }

    private bool HasShare(KnownClient client, int bytes) =>
        client.Client.IsNear
        || store.SizeOfPrefix(client.Prefix) + bytes <= Math.Max(Room / HoldingLimits.PrefixShares, HoldingLimits.LeastPrefixShare);

    private bool TryMakeRoom(int bytes)
    {
        for (var tries = 0; store.Used + bytes > Room; tries++)
        {
            if (tries == HoldingLimits.GivenUpAtOnce || surplus is null || !surplus.TryTake(out var box, out var hash))
                return false;
            store.Drop(box, hash);
        }

        return true;
    }
}
