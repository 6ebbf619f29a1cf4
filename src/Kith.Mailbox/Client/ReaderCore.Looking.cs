using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Client;

/// <content>Which boxes there are, and what holders list.</content>
public sealed partial class ReaderCore
{
    private static readonly long Margin = (long)ClientLimits.ClockMargin.TotalMilliseconds;

    // Periods come and go.
    private void Roll(long now)
    {
        var mayWatch = ClientLimits.WatchedBoxes;
        foreach (var row in _dummy is null ? _order : [.. _order, _dummy])
        {
            var (first, last) = Active(now, row);
            var oldest = row.Schedule.IndexAt(Wall(now) - (2 * (long)ClientLimits.SweepBack.TotalMilliseconds));
            row.IsWatched = row.Box.IsWatched && mayWatch > 0;
            for (var index = first; index <= last; index++)
            {
                if (row.IsWatched && IsPresent(now, row, index))
                    mayWatch--;
                if (row.Boxes.TryGetValue(index, out var known))
                    known.IsTransient = false;
                else
                    Look(now, Open(row, index), isSettling: true);
            }

            foreach (var box in row.Boxes.Values.Where(box => (box.Index < first || box.Index > last) && !box.IsTransient && (!box.HasOpen || box.Index < oldest)).ToList())
            {
                row.Boxes.Remove(box.Index);
                Leave(box);
            }
        }
    }

    // From when there may be something on, to the next period; a bundle stands in the present one.
    private (long First, long Last) Active(long now, ReaderRow row)
    {
        now = Wall(now);
        var schedule = row.Schedule;
        if (row.Box.IsStanding)
            return (schedule.IndexAt(now - Margin), schedule.IndexAt(now + Margin));
        var since = Math.Max(Math.Min(row.Since, now) - Margin, now - (long)ClientLimits.SweepBack.TotalMilliseconds);
        var last = schedule.IndexAt(now) + 1;
        return (Math.Max(schedule.IndexAt(since), last - ClientLimits.PeriodsRead), last);
    }

    private bool IsPresent(long now, ReaderRow row, long index) => index >= row.Schedule.IndexAt(Wall(now) - Margin) && index <= row.Schedule.IndexAt(Wall(now) + Margin);

    private static ReadBox Open(ReaderRow row, long index)
    {
        var box = new ReadBox(row, BoxKeys.ForReader(row.Box, index));
        row.Boxes[index] = box;
        return box;
    }

    private void Look(long now, ReadBox box, bool isSettling)
    {
        box.Look++;
        (box.LookedAt, box.IsFinding, box.IsLookOver) = (Wall(now), true, false);
        (box.Answered, box.OpenLists, box.Asked, box.HasLostNews) = (0, 0, 0, false);
        box.IsSettling |= isSettling;
        foreach (var chunk in box.Chunks.Values)
        {
            chunk.Tried.Clear();
            if (chunk.State == ChunkState.Missing)
                box.Move(chunk, ChunkState.Wanted);
        }

        _finding[box.Keys.Address] = box;
        At(now + ClientLimits.FindPatience + ClientLimits.LookPatience, ReaderTimerKind.Settle, box, box.Look);
        holders.Find(box.Keys.Address, MailboxLimits.Asked, box.Row.Box.Preferred);
    }

    // Asks the holders of a box what it has.
    private void List(long now, ReadBox box, IReadOnlyList<HolderHandle> found)
    {
        box.IsFinding = false;
        var before = box.Holders.ToDictionary(reading => reading.Holder.At);
        var current = found.DistinctBy(holder => holder.At).Take(2 * MailboxLimits.Asked).Select(holder => Reading(before, holder)).ToList();
        // Those that were there before have entries that may have to be deleted, and tell news.
        box.Holders.Clear();
        box.Holders.AddRange(current.Concat(before.Values).Take(2 * MailboxLimits.Asked));
        if (box.Wanted.Count > 0)
            FetchAt(box, now);
        var isWatched = box.Row.IsWatched && !box.IsTransient && IsPresent(now, box.Row, box.Index);
        var watch = isWatched ? ClientLimits.Watched : 0;
        var withChunks = isWatched ? ClientLimits.WatchedWithChunks : box.IsTransient ? 0 : 1;
        foreach (var reading in current.Where(reading => !reading.IsLiar).OrderBy(reading => !reading.Holder.IsPreferred).ThenBy(reading => _manners.IsAvoided(reading.Holder, now)))
        {
            box.Asked++;
            var isWatching = reading.Watch != 0;
            // Who stands farther away has nothing to tell: where one of the first may not be asked for news, none takes its place.
            var becomes = (watch-- > 0 && _lines.MayWatch(reading.Holder)) || isWatching;
            if (isWatching && !box.IsSettling)
            {
                box.Answered++;
                continue;
            }

            // A holder that lost what it had may number anew without saying so.
            if (box.IsSettling || box.Look % ClientLimits.LookFromStart == 0)
                reading.After = 0;
            box.OpenLists++;
            reading.BringsChunks = withChunks-- > 0 || (isWatching && reading.BringsChunks);
            AskList(now, box, reading, becomes && !isWatching);
        }

        if (box.OpenLists == 0)
            EndLook(now, box);
        else
            At(now + ClientLimits.LookPatience, ReaderTimerKind.Settle, box, box.Look);
    }

    private static HolderReading Reading(Dictionary<Kith.Wire.Endpoint, HolderReading> before, HolderHandle holder)
    {
        if (!before.Remove(holder.At, out var reading))
            return new HolderReading(holder);
        reading.Holder = holder;
        return reading;
    }

    private void AskList(long now, ReadBox box, HolderReading reading, bool watch)
    {
        var flags = (reading.BringsChunks ? ReadFlags.WithChunks : ReadFlags.None) | (watch ? ReadFlags.News : ReadFlags.None);
        var request = new ReadRequest(box.Keys.Box, flags, reading.After, ClientLimits.ReadBytes, []) { Key = box.Keys.Read };
        var ask = new ReadAsk(watch ? AskKind.Watch : AskKind.List, box, reading, request) { Look = box.Look };
        reading.IsListing = true;
        if (!_lines.TryAsk(now, ask, Sent))
            Failed(now, ask, AskFailure.Crowded);
    }

    private void Sent(long now, ReadAsk ask)
    {
        if (ask.Kind == AskKind.Watch)
            ask.Reading.Watch = ask.Ticket;
        if (ask.Kind != AskKind.Delete)
            At(now + _manners.Patience(ask.Reading.Holder, ask.Bytes), ReaderTimerKind.Silent, ask);
    }

    private void TakeList(long now, ReadAsk ask, EntriesAnswer answer)
    {
        var (box, reading) = (ask.Box, ask.Reading);
        var after = ((ReadRequest)ask.Request).After;
        var isNews = ask.IsOver;
        ask.IsOver = true;
        if (box.IsGone)
            return;
        foreach (var entry in answer.Entries)
            Learn(now, box, reading, entry);
        if (isNews)
        {
            // What lies between is listed yet, when a list is under way.
            if (!reading.IsListing)
                reading.After = Math.Max(reading.After, answer.Last);
        }
        else
        {
            // A holder whose places are lower than they were has lost what it had, and numbers anew.
            var isAnew = answer.Last < after;
            reading.After = isAnew ? 0 : Math.Max(reading.After, answer.Last);
            reading.IsListing = (isAnew || (answer.HasMore && answer.Last > after)) && ask.Tries < ClientLimits.Pages;
            if (reading.IsListing)
                AskMore(now, ask, isAnew ? 0 : answer.Last);
            else
                CloseList(now, ask, hasAnswered: true);
        }

        TryHandOn(now, box.Row);
    }

    private void AskMore(long now, ReadAsk before, long after)
    {
        var (box, reading) = (before.Box, before.Reading);
        var request = (ReadRequest)before.Request with { After = after, Flags = ((ReadRequest)before.Request).Flags & ReadFlags.WithChunks };
        var ask = new ReadAsk(AskKind.List, box, reading, request) { Look = before.Look, IsSilent = before.IsSilent, Tries = before.Tries + 1 };
        if (!_lines.TryAsk(now, ask, Sent))
            Failed(now, ask, AskFailure.Crowded);
    }

    private void CloseList(long now, ReadAsk ask, bool hasAnswered)
    {
        var box = ask.Box;
        if (ask.Look != box.Look)
            return;
        box.Answered += hasAnswered ? 1 : 0;
        box.OpenLists -= ask.IsSilent ? 0 : 1;
        if (box.IsLookOver)
        {
            // Late, and it counts still.
            if (IsThorough(box))
                (box.ReadAt, box.Failures) = (box.LookedAt, 0);
            return;
        }

        if (box.OpenLists == 0)
            EndLook(now, box);
        else if (box.Answered == MailboxLimits.Enough)
            At(now + ClientLimits.SettlePatience, ReaderTimerKind.Settle, box, box.Look);
    }

    private void EndLook(long now, ReadBox box)
    {
        if (box.IsLookOver)
            return;
        (box.IsLookOver, box.IsSettling, box.IsFinding) = (true, false, false);
        _finding.Remove(box.Keys.Address);
        // After some looks what can be had has to do.
        var isRead = IsThorough(box) || (box.Failures >= ClientLimits.ThoroughLooks && box.Answered > 0 && box.Answered >= Math.Min(MailboxLimits.Enough, box.Asked));
        if (isRead)
            (box.ReadAt, box.Failures) = (box.LookedAt, 0);
        else
            box.Failures++;
        var row = box.Row;
        var isPast = box.Index < row.Schedule.IndexAt(Wall(now) - Margin);
        var pause = isRead
            ? Around(row.IsWatched && box.IsWatched ? ClientLimits.WatchedPause : ClientLimits.Pause) * (IsPresent(now, row, box.Index) ? 1 : 4)
            : SoonAgain(box.Failures);
        // Fewer than should tell news, or fewer are known than hold a box: either may be otherwise soon.
        box.NewsLost = box.HasLostNews ? box.NewsLost + 1 : 0;
        box.TooFew = box.Asked < MailboxLimits.Holders ? box.TooFew + 1 : 0;
        if (row.IsWatched && IsPresent(now, row, box.Index) && (box.HasLostNews || box.TooFew > 0))
            pause = Math.Min(pause, SoonAgain(box.HasLostNews ? box.NewsLost : box.TooFew));
        if (box.NearerPause == 0)
            CompareSoon(now, box);
        TryHandOn(now, row);
        TellSince(now, row);
        if (box.IsTransient && !box.HasOpen)
        {
            row.Boxes.Remove(box.Index);
            Leave(box);
            return;
        }

        // What is past and read to the end is the wide sweep's.
        if (!isPast || !isRead || box.HasOpen)
            LookAt(box, now + pause);
    }

    // What is stored is on four of those asked: when fewer than four did not answer, nothing of it can be missed.
    private static bool IsThorough(ReadBox box) => box.Answered > 0 && box.Answered > box.Asked - MailboxLimits.Enough;

    private void LookAt(ReadBox box, long at)
    {
        box.NextLookAt = at;
        At(at, ReaderTimerKind.Look, box);
    }

    // A holder did not answer, or its news have ended.
    private void Failed(long now, ReadAsk ask, AskFailure failure)
    {
        var (box, reading) = (ask.Box, ask.Reading);
        var wasNews = ask.IsOver && ask.Kind == AskKind.Watch;
        ask.IsOver = true;
        if (failure.IsOfHolder())
        {
            _manners.Failed(reading.Holder, now);
            if (failure is not (AskFailure.None or AskFailure.Ended) || !wasNews)
                holders.Failed(reading.Holder);
        }

        switch (ask.Kind)
        {
            case AskKind.Fetch:
                FetchElsewhere(now, ask);
                break;
            case AskKind.Delete:
                if (ask.Tries < ClientLimits.DeleteTries)
                    At(now + Around(ClientLimits.DeletePause << ask.Tries), ReaderTimerKind.DeleteAgain, ask);
                break;
            default:
                (reading.IsListing, reading.BringsChunks) = (false, false);
                if (ask.Kind == AskKind.Watch)
                    (reading.Watch, box.HasLostNews) = (0, true);
                if (box.IsGone)
                    break;
                if (wasNews)
                    LookSoon(now, box);
                else
                    CloseList(now, ask, hasAnswered: false);
                break;
        }
    }

    private void LookSoon(long now, ReadBox box)
    {
        // A look that is under way sees to it at its end.
        if (!box.IsLookOver)
            return;
        var at = now + SoonAgain(++box.NewsLost);
        if (at < box.NextLookAt)
            LookAt(box, at);
    }

    private long SoonAgain(int times) => Around(Math.Min(ClientLimits.Pause, ClientLimits.FailedPause << Math.Min(times - 1, 10)));

    // A list or chunks that did not come in time: others are asked, and what comes yet is taken.
    private void GiveUp(long now, ReadAsk ask)
    {
        if (ask.IsOver || ask.IsSilent || ask.Box.IsGone)
            return;
        if (ask.Kind == AskKind.Fetch)
        {
            ask.IsSilent = true;
            FetchElsewhere(now, ask);
            return;
        }

        CloseList(now, ask, hasAnswered: false);
        ask.IsSilent = true;
        (ask.Reading.IsListing, ask.Reading.BringsChunks) = (false, ask.Kind == AskKind.Watch && ask.Reading.BringsChunks);
    }
}
