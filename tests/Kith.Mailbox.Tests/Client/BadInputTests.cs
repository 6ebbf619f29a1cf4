using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Client;

/// <summary>Writers, readers and holders as the node runs them, and what goes wrong between them: nothing is lost that can still be had, and nothing is shown twice.</summary>
public sealed class BadInputTests : IDisposable
{
    private static readonly byte[] Strangers = [.. Enumerable.Repeat((byte)8, 32)];

    private ClientWorld _world = World(14);
    private readonly WritableBox _box = Rows.Writable();
    private readonly BoxKeys _keys = BoxKeys.ForReader(Rows.Readable(), new BoxSchedule(Rows.Secret(1), WritableBox.PairPeriod).IndexAt(Rows.Now));

    public void Dispose()
    {
        foreach (var holder in Nearest())
            holder.Dispose();
    }

    [Fact]
    public void DisksAreFull_OthersTakeIt_AndWhatTheyHaveIsServed()
    {
        var (writer, reader) = (new TestWriter(_world), new TestReader(_world));
        writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => writer.Stored.Count == 1, TimeSpan.FromSeconds(20)));
        _world.Run(TimeSpan.FromSeconds(5));
        foreach (var full in Nearest().Take(6))
            full.Store.Fails = true;
        writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => writer.Stored.Count == 2, TimeSpan.FromSeconds(20)), string.Join(' ', writer.Refusals));
        reader.Read(Rows.Readable() with { Since = Rows.Now });
        Assert.True(_world.RunUntil(() => reader.Vault.Count == 2, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void AllDisksAreFull_ItWaitsAndGoesWhenThereIsRoom()
    {
        var writer = new TestWriter(_world) { RetryAfter = 60_000 };
        foreach (var holder in Nearest())
            holder.Store.Fails = true;
        writer.Put(_box, 1);
        _world.Run(TimeSpan.FromMinutes(3));
        Assert.Empty(writer.Stored);
        Assert.Contains("could not write to disk", writer.Refusals[0], StringComparison.Ordinal);
        foreach (var holder in Nearest())
            holder.Store.Fails = false;
        Assert.True(_world.RunUntil(() => writer.Stored.Count == 1, TimeSpan.FromMinutes(15)));
    }

    [Fact]
    public void BoxHasTooManyEntries_TheNextDaysTakesIt_AndWhatIsInItIsRead()
    {
        Dispose();
        _world = World(5); // 20,000 entries are enough to write
        // A thief of the box's secret fills it with what opens for nobody.
        for (var i = 0; i < HoldingLimits.BoxEntries; i++)
        {
            byte[] junk = [.. BitConverter.GetBytes(i), .. new byte[MailboxLimits.MinChunk - sizeof(int)]];
            var entry = EntryRules.Sign(_keys, ChunkHash.Of(junk), junk.Length, EntryRules.ExpiryAt(_world.Now, MailboxLimits.Kept), 0);
            foreach (var holder in Nearest())
                holder.Store.Add(_world.Now, _keys.Box, entry, 0, junk);
        }

        foreach (var holder in Nearest())
            holder.Store.Commit();

        var (writer, reader) = (new TestWriter(_world) { RetryAfter = 3_600_000 }, new TestReader(_world));
        writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => writer.Stored.Count == 1, TimeSpan.FromHours(26)), string.Join(' ', writer.Refusals.Distinct()));
        Assert.Contains("the box is full", writer.Refusals[0], StringComparison.Ordinal);
        reader.Read(Rows.Readable() with { Since = Rows.Now });
        Assert.True(_world.RunUntil(() => reader.Vault.Count == 1, TimeSpan.FromMinutes(1)));
        Assert.InRange(reader.Unread, 0, ClientLimits.KnownOfBox);
    }

    [Fact]
    public void DeletesAndReadsByOthers_AreRefused_AndItArrives()
    {
        var (writer, reader) = (new TestWriter(_world), new TestReader(_world));
        writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => writer.Stored.Count == 1, TimeSpan.FromSeconds(20)));
        _world.Run(TimeSpan.FromSeconds(2));
        using var others = BoxKeys.ForReader(new ReadableBox(Rows.Secret(99), WritableBox.PairPeriod), _keys.Index);
        foreach (var holder in Nearest().Where(holder => holder.Chunks > 0).ToList())
        {
            var hash = holder.Store.List(_keys.Address, 0, 10)[0].Hash;
            // With a key of their own, with the write key, with a signature for another box, and with none.
            byte[][] signatures =
            [
                EntryRules.SignDelete(others.Read!, _keys.Address, hash), EntryRules.SignDelete(_keys.Write, _keys.Address, hash), EntryRules.SignDelete(_keys.Read!, others.Address, hash), new byte[64],
            ];
            foreach (var signature in signatures)
                Assert.Equal([DropCode.Signature], Ask<DeleteAnswer>(holder, new DeleteRequest(_keys.Box, [new DeleteItem(hash, signature)])).Codes);
            // Under other keys it is another box, which has nothing.
            Assert.Equal([DropCode.Done], Ask<DeleteAnswer>(holder, new DeleteRequest(others.Box, [new DeleteItem(hash, EntryRules.SignDelete(others.Read!, others.Address, hash))])).Codes);
            Assert.Empty(Ask<EntriesAnswer>(holder, new ReadRequest(others.Box, ReadFlags.WithChunks, 0, WireLimits.MaxReadBytes, []) { Key = others.Read }).Entries);
            Assert.Equal(DropCode.Signature, Ask<EntriesAnswer>(holder, new ReadRequest(_keys.Box, ReadFlags.WithChunks, 0, WireLimits.MaxReadBytes, []) { Key = others.Read }).Code);
        }

        reader.Read(Rows.Readable() with { Since = Rows.Now });
        Assert.True(_world.RunUntil(() => reader.Vault.Count == 1, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void ReadReplayedByAHolder_IsRefusedElsewhere()
    {
        var holder = Nearest()[0];
        var read = new ReadRequest(_keys.Box, ReadFlags.None, 0, 0, []) { Key = _keys.Read };
        Assert.Equal(DropCode.Done, Ask<EntriesAnswer>(holder, read).Code);
        // The same frame, on the session of the one who heard it.
        Assert.Equal(DropCode.Signature, Ask<EntriesAnswer>(Nearest()[1], read, on: [.. Enumerable.Repeat((byte)9, 32)]).Code);
    }

    [Fact]
    public void OldPutReplayedWhereItsDeleteIsNotKnown_IsShownOnceAndDeletedAgain()
    {
        var (writer, reader) = (new TestWriter(_world), new TestReader(_world));
        reader.Read(Rows.Readable() with { Since = Rows.Now, IsWatched = true });
        writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => writer.Stored.Count == 1, TimeSpan.FromSeconds(20)));
        var kept = Nearest().SelectMany(holder => holder.Store.List(_keys.Address, 0, 1).Select(entry => (holder, entry))).First();
        var chunk = kept.holder.Store.Chunk(_keys.Address, kept.entry.Hash)!;
        Assert.True(_world.RunUntil(() => Nearest().TrueForAll(holder => holder.Chunks == 0), TimeSpan.FromSeconds(30)));

        var replay = new PutRequest(_keys.Box, 0, [new PutItem(kept.entry.Entry, chunk)]);
        var took = 0;
        foreach (var holder in Nearest())
            took += Ask<PutAnswer>(holder, replay).Codes[0] == DropCode.Done ? 1 : 0;
        // Those that the reader had told keep it out; where it gets in it goes again, and nothing is told twice (TestReader).
        Assert.InRange(took, 0, 2);
        Assert.True(_world.RunUntil(() => Nearest().Take(MailboxLimits.Asked).All(holder => holder.Chunks == 0), TimeSpan.FromMinutes(45)));
        Assert.Equal([0], reader.Told);
    }

    private static ClientWorld World(int holders) => new(holders, make: () => new CoreHolder());

    private List<CoreHolder> Nearest() => _world.Nearest(_keys.Address).ConvertAll(holder => (CoreHolder)holder);

    // As a stranger with a session of their own; `on` is the session that a request is heard on, when it was signed for another one.
    private T Ask<T>(CoreHolder holder, MailboxRequest request, byte[]? on = null)
        where T : MailboxAnswer
    {
        MailboxAnswer? said = null;
        holder.Handle(_world.Now, ClientWorld.Through(request, Strangers), on ?? Strangers, answer => said = answer);
        return Assert.IsType<T>(said);
    }
}
