using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Client;

/// <summary>How a holder behaves.</summary>
public enum Conduct
{
    Honest,

    /// <summary>Never answers.</summary>
    Silent,

    /// <summary>Says that it stores, and stores nothing.</summary>
    Forgetful,

    /// <summary>Lists what it has and gives other bytes; lists what never was.</summary>
    Lying,

    /// <summary>Lists what it has and does not give it.</summary>
    Withholding,

    /// <summary>Refuses with a code.</summary>
    Refusing,

    /// <summary>Wants work for each PUT.</summary>
    Loaded,
}

/// <summary>A holder in memory that keeps the rules of docs/protocol/mailbox.md, or breaks them on purpose.</summary>
internal class SimulatedHolder
{
    private readonly Dictionary<BoxAddress, Kept> _boxes = [];
    private readonly List<(PublicBox Box, ReadRequest Request, Action<MailboxAnswer?> Tell)> _watchers = [];
    private int _challenge;

    public Conduct Conduct { get; set; }

    public DropCode RefusesWith { get; set; } = DropCode.Full;

    /// <summary>Refuses chunks of some sizes alone, as one does that is nearly full.</summary>
    public Predicate<int>? RefusesSize { get; set; }

    public bool IsDown { get; private set; }

    public int Watchers => _watchers.Count;

    /// <summary>Unix milliseconds ahead of the world's.</summary>
    public long ClockOff { get; set; }

    public int Puts { get; private set; }

    /// <summary>Boxes in which there is anything.</summary>
    public virtual int FullBoxes => _boxes.Values.Count(static kept => kept.Entries.Count > 0);

    public virtual int Chunks => _boxes.Values.Sum(box => box.Entries.Count);

    public int Tombstones => _boxes.Values.Sum(box => box.Deleted.Count);

    public List<ChunkHash> Fetched { get; } = [];

    /// <summary>The most bytes of chunks that were asked for by one READ.</summary>
    public int MostAsked { get; private set; }

    /// <summary>Puts an entry past all checks, as a thief of the write key could.</summary>
    public void Plant(PublicBox box, byte[] chunk) => Keep(box, new BoxEntry(ChunkHash.Of(chunk), chunk.Length, long.MaxValue, 0, default), chunk);

    public void Down()
    {
        IsDown = true;
        foreach (var (_, _, tell) in _watchers)
            tell(null);
        _watchers.Clear();
    }

    public void Up() => IsDown = false;

    /// <summary>All that it had is gone, and places begin anew.</summary>
    public void Wipe() => _boxes.Clear();

    public virtual void Handle(long now, MailboxRequest request, byte[] session, Action<MailboxAnswer?> answer)
    {
        if (IsDown || Conduct == Conduct.Silent)
            return;
        now += ClockOff;
        switch (request)
        {
            case PutRequest put:
                answer(Put(now, put));
                break;
            case ReadRequest read:
                Assert.True(read.IsSignedFor(session));
                answer(Read(read));
                if (read.Flags.HasFlag(ReadFlags.News))
                    _watchers.Add((read.Box, read, answer));
                break;
            case DeleteRequest delete:
                answer(new DeleteAnswer([.. delete.Items.Select(item => Delete(delete.Box, item))]));
                break;
        }
    }

    private PutAnswer Put(long now, PutRequest put)
    {
        Puts++;
        var wanted = Wanted(Conduct == Conduct.Loaded ? 6 : 0);
        if (Conduct == Conduct.Loaded && !ProofOfWork.HoldsForLoad(Challenge(_challenge - 2), 6, put.WorkNonce) | !put.Challenge.Span.SequenceEqual(Challenge(_challenge - 2)))
            return new PutAnswer([.. put.Items.Select(_ => DropCode.WorkWanted)], wanted);
        return new PutAnswer([.. put.Items.Select(item => Take(now, put.Box, item))], wanted);
    }

    private WorkWanted Wanted(int bits) => new(bits, Challenge(_challenge++));

    private static byte[] Challenge(int number) => [.. Enumerable.Repeat((byte)number, WireLimits.ChallengeSize)];

    private DropCode Take(long now, PublicBox box, PutItem item)
    {
        if (Conduct == Conduct.Refusing || RefusesSize?.Invoke(item.Entry.Size) == true)
            return RefusesWith;
        if (!ChunkFormat.IsSize(item.Entry.Size))
            return DropCode.Size;
        if (!EntryRules.IsExpiry(item.Entry.Expiry, now))
            return DropCode.Expiry;
        if (!EntryRules.IsOf(item.Entry, item.Chunk.Span) || !EntryRules.IsSigned(box, item.Entry))
            return DropCode.Signature;
        if (!ProofOfWork.HoldsForEntry(box, item.Entry.Hash, item.Entry.Work))
            return DropCode.Price;
        if (_boxes.TryGetValue(box.Address, out var kept) && kept.Deleted.Contains(item.Entry.Hash))
            return DropCode.Deleted;
        if (Conduct != Conduct.Forgetful)
            Keep(box, item.Entry, item.Chunk.ToArray());
        return DropCode.Done;
    }

    private void Keep(PublicBox box, BoxEntry entry, byte[] chunk)
    {
        if (!_boxes.TryGetValue(box.Address, out var kept))
            _boxes[box.Address] = kept = new Kept();
        if (kept.Entries.Exists(one => one.Hash == entry.Hash))
            return;
        kept.Entries.Add((++kept.Place, entry.Hash, chunk));
        foreach (var (_, request, tell) in _watchers.Where(one => one.Box.Equals(box)).ToList())
            tell(new EntriesAnswer(DropCode.Done, false, kept.Place, [Listed(request, kept.Entries[^1])]));
    }

    private EntriesAnswer Read(ReadRequest read)
    {
        const int Page = 50;
        if (!_boxes.TryGetValue(read.Box.Address, out var kept))
            return new EntriesAnswer(DropCode.Done, false, read.After, []);
        if (read.Flags.HasFlag(ReadFlags.WithChunks))
            MostAsked = Math.Max(MostAsked, Math.Max(read.MostBytes, kept.Entries.Where(one => read.Hashes.Contains(one.Hash)).Sum(one => one.Chunk.Length)));
        if (read.Hashes.Count > 0)
        {
            Fetched.AddRange(read.Hashes);
            return Conduct == Conduct.Withholding
                ? new EntriesAnswer(DropCode.Done, false, kept.Place, [])
                : new EntriesAnswer(DropCode.Done, false, kept.Place, [.. kept.Entries.Where(one => read.Hashes.Contains(one.Hash)).Select(one => Listed(read, one))]);
        }

        var listed = kept.Entries.Where(one => one.Place > read.After).ToList();
        var bytes = 0;
        var page = listed.Take(Page).TakeWhile(one => !read.Flags.HasFlag(ReadFlags.WithChunks) || (bytes += one.Chunk.Length) <= read.MostBytes).ToList();
        List<ListedEntry> entries = [.. page.Select(one => Listed(read, one))];
        if (Conduct == Conduct.Lying)
            entries.Add(new ListedEntry(kept.Place, ChunkHash.Of([(byte)kept.Place]), 1024, default));
        return new EntriesAnswer(DropCode.Done, listed.Count > page.Count, page.Count > 0 ? page[^1].Place : read.After, entries);
    }

    private ListedEntry Listed(ReadRequest read, (long Place, ChunkHash Hash, byte[] Chunk) one)
    {
        var with = read.Flags.HasFlag(ReadFlags.WithChunks) && (Conduct != Conduct.Withholding || read.Hashes.Count > 0);
        return new ListedEntry(one.Place, one.Hash, one.Chunk.Length, !with ? default : Conduct == Conduct.Lying ? new byte[one.Chunk.Length] : one.Chunk);
    }

    private DropCode Delete(PublicBox box, DeleteItem item)
    {
        if (!EntryRules.IsDelete(box, item.Hash, item.Signature.Span))
            return DropCode.Signature;
        if (!_boxes.TryGetValue(box.Address, out var kept))
            return DropCode.Done;
        if (kept.Entries.RemoveAll(one => one.Hash == item.Hash) > 0)
            kept.Deleted.Add(item.Hash);
        return DropCode.Done;
    }

    private sealed class Kept
    {
        public long Place { get; set; }

        public List<(long Place, ChunkHash Hash, byte[] Chunk)> Entries { get; } = [];

        public HashSet<ChunkHash> Deleted { get; } = [];
    }
}
