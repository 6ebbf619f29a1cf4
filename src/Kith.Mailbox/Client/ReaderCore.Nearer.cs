using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Client;

/// <content>
/// Whether others stand nearer to a watched box than those who were asked for news. Who has just started knows few holders, and where hardly anybody is older than that, writers soon know others; nobody is
/// asked anything while those that are found are those that were asked.
/// </content>
public sealed partial class ReaderCore
{
    private void CompareSoon(long now, ReadBox box)
    {
        if (!box.Row.IsWatched || box.IsTransient)
            return;
        box.NearerPause = box.NearerPause == 0 ? ClientLimits.NearerPause : 2 * box.NearerPause;
        if (box.NearerPause < ClientLimits.Pause)
            At(now + Around(box.NearerPause), ReaderTimerKind.Nearer, box, (int)box.NearerPause);
    }

    private void FindNearer(long now, ReadBox box)
    {
        CompareSoon(now, box);
        // A look finds whoever there is.
        if (!box.IsLookOver || !IsPresent(now, box.Row, box.Index))
            return;
        _comparing[box.Keys.Address] = box;
        holders.Find(box.Keys.Address, MailboxLimits.Asked, box.Row.Box.Preferred);
    }

    private void Compare(long now, ReadBox box, IReadOnlyList<HolderHandle> found)
    {
        if (box.IsLookOver && found.Take(ClientLimits.Watched).Any(near => box.Holders.TrueForAll(known => known.Holder.At != near.At)))
            Look(now, box, isSettling: false);
    }
}
