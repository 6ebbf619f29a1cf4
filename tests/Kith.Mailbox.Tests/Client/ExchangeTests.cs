using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Client;

public sealed class ExchangeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ClientWorld _world = new();
    private readonly TestWriter _writer;
    private readonly TestReader _reader;
    private readonly WritableBox _box = Rows.Writable();

    public ExchangeTests()
    {
        _writer = new TestWriter(_world);
        _reader = new TestReader(_world);
    }

    private static ReadableBox Readable => Rows.Readable() with { Since = Rows.Now, IsWatched = true };

    private BoxAddress Address => BoxKeys.ForWriter(_box, new BoxSchedule(_box.Secret, _box.Period).IndexAt(_world.Now))!.Address;

    [Fact]
    public void OneMessageAlone_IsStoredInOneRoundAndArrivesWithTheNews()
    {
        _reader.Read(Readable);
        _world.Run(5 * Second);
        _writer.Put(_box, 1);
        var started = _world.Now;
        Assert.True(_world.RunUntil(() => _writer.Stored.Count == 1, Second));
        Assert.InRange(_world.Now - started, 0, 6 * ClientWorld.Latency);
        Assert.True(_world.RunUntil(() => _reader.Told.Count == 1, Second));
        Assert.InRange(_world.Now - started, 0, 10 * ClientWorld.Latency);
    }

    [Fact]
    public void BurstOfAThousand_TravelsInDozensOfChunksAndArrivesInOrderOnce()
    {
        _writer.Put(_box, 1);
        for (var i = 0; i < 999; i++)
            _writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => _writer.Stored.Count == 1000, 5 * Second));
        Assert.InRange(_world.Nearest(Address)[0].Chunks, 20, 60);
        _reader.Read(Readable);
        Assert.True(_world.RunUntil(() => _reader.Told.Count == 1000, 2 * Second));
        Assert.Equal(Enumerable.Range(0, 1000), _reader.Told);
    }

    [Fact]
    public void FiveHundredOneAfterTheOther_ArriveAsTheyAreStoredAndCostFewDeletes()
    {
        _reader.Read(Readable);
        _world.Run(5 * Second);
        var started = _world.Now;
        for (var i = 0; i < 500; i++)
        {
            _writer.Put(_box, 1);
            Assert.True(_world.RunUntil(() => _reader.Told.Count == i + 1, Second), $"message {i}");
        }

        Assert.InRange((_world.Now - started) / 500, 0, 6 * ClientWorld.Latency);
        _world.Run(5 * Second);
        Assert.Equal(Enumerable.Range(0, 500), _reader.Told);
        Assert.InRange(_world.Asked[typeof(DeleteRequest)], 12, 12 * 30);
        Assert.Equal(0, _world.Holders.Values.Sum(holder => holder.Chunks));
    }

    [Fact]
    public void FiveHundredWaitingChunks_AreCollectedInTwoSeconds()
    {
        for (var i = 0; i < 500; i++)
        {
            _writer.Put(_box, 1);
            Assert.True(_world.RunUntil(() => _writer.Stored.Count == i + 1, Second));
        }

        _reader.Read(Readable);
        Assert.True(_world.RunUntil(() => _reader.Vault.Count == 500, 2 * Second));
        Assert.Equal(Enumerable.Range(0, 500), _reader.Told);
    }

    [Fact]
    public void ManyLargeMessages_AreReadByRequestsThatTogetherFitWhereTheyWait()
    {
        for (var i = 0; i < 100; i++)
            _writer.Put(_box, 1, size: 12_000);
        Assert.True(_world.RunUntil(() => _writer.Stored.Count == 100, 10 * Second));
        _reader.Read(Readable);
        Assert.True(_world.RunUntil(() => _reader.Told.Count == 100, 10 * Second));
        Assert.NotEmpty(_world.Holders.Values.SelectMany(holder => holder.Fetched));
        Assert.InRange(_world.Holders.Values.Max(holder => holder.MostAsked), 1, ClientLimits.ReadBytes);
        Assert.True(WireLimits.MaxUnderWay * (long)PassPadding.SizeFor(ClientLimits.ReadBytes + (16 << 10)) < HostingLimits.UnsentBytes);
    }

    [Fact]
    public void Message_IsPutOnSixAndDeletedEverywhereOnceItIsCommitted()
    {
        _writer.Put(_box, 1);
        _world.Run(Second);
        var nearest = _world.Nearest(Address);
        Assert.Equal([1, 1, 1, 1, 1, 1, 0, 0], nearest.Take(8).Select(holder => holder.Chunks));
        _reader.Commits = false;
        _reader.Read(Readable);
        _world.Run(5 * Second);
        Assert.Equal([0], _reader.Told);
        Assert.Equal(6, _world.Holders.Values.Sum(holder => holder.Chunks));
        // What was not committed comes again in the next run.
        _reader.Commits = true;
        _reader.Restart(Readable);
        _world.Run(5 * Second);
        Assert.Equal([0], _reader.Told);
        Assert.Equal(0, _world.Holders.Values.Sum(holder => holder.Chunks));
        Assert.Equal(6, _world.Holders.Values.Sum(holder => holder.Tombstones));
        _reader.Restart(Readable);
        _world.Run(5 * Second);
        Assert.Empty(_reader.Told);
    }

    [Fact]
    public void LargestEnvelope_TravelsInPieces()
    {
        _writer.Put(_box, 1, 600);
        _writer.Put(_box, 2, 131_072);
        _writer.Put(_box, 1, 700);
        Assert.True(_world.RunUntil(() => _writer.Stored.Count == 4, 30 * Second));
        _reader.Read(Readable);
        Assert.True(_world.RunUntil(() => _reader.Vault.Count == 4, 10 * Second));
        Assert.Equal([0, 1, 2, 3], _reader.Told);
        _world.Run(5 * Second);
        Assert.Equal(0, _world.Holders.Values.Sum(holder => holder.Chunks));
    }

    [Theory]
    [InlineData(Conduct.Silent)]
    [InlineData(Conduct.Refusing)]
    public void HoldersThatAreSilentOrRefuse_GetOthersInTheirPlace(Conduct conduct)
    {
        foreach (var holder in _world.Nearest(Address).Take(4))
            holder.Conduct = conduct;
        _writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => _writer.Stored.Count == 1, 5 * Second));
        _world.Run(10 * Second);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0], _world.Nearest(Address).Take(11).Select(holder => holder.Chunks));
        _reader.Read(Readable);
        Assert.True(_world.RunUntil(() => _reader.Told.Count == 1, 5 * Second));
    }

    [Fact]
    public void TooFewHolders_AreSaidWhyAndTheSameChunksGoOnLater()
    {
        foreach (var holder in _world.Holders.Values)
            (holder.Conduct, holder.RefusesWith) = (Conduct.Refusing, DropCode.Full);
        foreach (var holder in _world.Nearest(Address).Take(3))
            holder.Conduct = Conduct.Honest;
        var ids = _writer.Put(_box, 3);
        Assert.True(_world.RunUntil(() => _writer.Refusals.Count == 1, 5 * Second));
        Assert.Equal("3 of the 4 holders that are needed took it (9 had no room)", _writer.Refusals[0]);
        foreach (var holder in _world.Holders.Values)
            holder.Conduct = Conduct.Honest;
        _writer.PutAgain(_box, ids);
        Assert.True(_world.RunUntil(() => _writer.Stored.Count == 3, 5 * Second));
        _world.Run(20 * Second);
        Assert.Equal(6, _world.Holders.Values.Sum(holder => holder.Chunks));
        Assert.Equal(0, _writer.Waiting);
    }

    [Fact]
    public void WhatSomeHaveAndIsTooLongByNow_IsPackedAnew()
    {
        foreach (var holder in _world.Holders.Values)
            (holder.Conduct, holder.RefusesWith) = (Conduct.Refusing, DropCode.Full);
        foreach (var holder in _world.Nearest(Address).Take(3))
            holder.Conduct = Conduct.Honest;
        var ids = _writer.Put(_box, 20, 16_000);
        Assert.True(_world.RunUntil(() => _writer.Refusals.Count == 1 && _writer.Waiting == 0, 60 * Second));
        Assert.True(_writer.LongestPut > ClientLimits.ChainPutBytes);
        foreach (var holder in _world.Holders.Values)
            holder.Conduct = Conduct.Honest;
        // From now on all goes through chains.
        (_writer.MostBytes, _writer.LongestPut) = (ClientLimits.ChainPutBytes, 0);
        _writer.PutAgain(_box, ids);
        Assert.True(_world.RunUntil(() => _writer.Stored.Count == ids.Count, 60 * Second));
        Assert.InRange(_writer.LongestPut, 1, ClientLimits.ChainPutBytes);
        _reader.Read(Readable);
        Assert.True(_world.RunUntil(() => _reader.Told.Count == ids.Count, 60 * Second));
    }

    [Fact]
    public void HolderThatIsAskedAgain_CountsOnce()
    {
        const int Large = 16_384;
        foreach (var holder in _world.Holders.Values)
            (holder.Conduct, holder.RefusesWith) = (Conduct.Refusing, DropCode.Full);
        var four = _world.Nearest(Address)[..4];
        foreach (var holder in four)
            holder.Conduct = Conduct.Honest;
        // Two take the large chunk alone, two the small one alone.
        foreach (var holder in four[..2])
            holder.RefusesSize = size => size < Large;
        foreach (var holder in four[2..])
            holder.RefusesSize = size => size == Large;
        List<MessageId> ids = [.. _writer.Put(_box, 1, 16_000), .. _writer.Put(_box, 1, 600)];
        Assert.True(_world.RunUntil(() => _writer.Refusals.Count > 0 && _writer.Waiting == 0, 120 * Second));
        var refusals = _writer.Refusals.Count;
        foreach (var holder in four[..2])
            holder.RefusesSize = null;
        _writer.PutAgain(_box, ids);
        Assert.True(_world.RunUntil(() => _writer.Waiting == 0, 120 * Second));
        Assert.DoesNotContain(ids[0], _writer.Stored);
        Assert.True(_writer.Refusals.Count > refusals);
    }

    [Fact]
    public void ManyBoxesAmongManyHolders_AreWatchedAtSoManyThatSessionsAreLeftForOthers()
    {
        var world = new ClientWorld(holders: 500);
        var (reader, writer) = (new TestReader(world), new TestWriter(world));
        var rows = Enumerable.Range(1, 60).Select(i => (byte)i).ToArray();
        reader.Read([.. rows.Select(row => Rows.Readable(row) with { Since = Rows.Now, IsWatched = true })]);
        world.Run(30 * Second);
        Assert.InRange(world.Holders.Values.Count(holder => holder.Watchers > 0), ClientLimits.WatchedHolders / 2, ClientLimits.WatchedHolders);
        foreach (var row in rows)
            writer.Put(Rows.Writable(row), 1);
        // Boxes that nobody tells news of are looked into now and then.
        Assert.True(world.RunUntil(() => reader.Told.Count == rows.Length, TimeSpan.FromMilliseconds(2 * ClientLimits.Pause)));
    }

    [Fact]
    public void NoHolders_IsARefusal()
    {
        _world.Holders.Clear();
        _writer.Put(_box, 2);
        _world.Run(5 * Second);
        Assert.Equal(["no holders are known yet"], _writer.Refusals);
    }

    [Fact]
    public void HoldersThatWantWork_GetIt()
    {
        foreach (var holder in _world.Holders.Values)
            holder.Conduct = Conduct.Loaded;
        _writer.Put(_box, 1);
        Assert.True(_world.RunUntil(() => _writer.Stored.Count == 1, 5 * Second));
    }

    [Fact]
    public void HoldersThatLieOrWithhold_AreGoneAround()
    {
        _writer.Put(_box, 40, 4096);
        _world.Run(Second);
        var nearest = _world.Nearest(Address);
        nearest[0].Conduct = nearest[1].Conduct = Conduct.Lying;
        nearest[2].Conduct = Conduct.Withholding;
        nearest[3].Conduct = Conduct.Silent;
        _reader.Read(Readable);
        Assert.True(_world.RunUntil(() => _reader.Told.Count == 40, 5 * Second));
        Assert.Equal(Enumerable.Range(0, 40), _reader.Told);
        Assert.NotEmpty(_reader.Distrusted);
    }

    [Fact]
    public void Withdrawn_IsNotToldOfAndDeleted()
    {
        var ids = _writer.Put(_box, 1);
        _writer.Withdraw(_box, ids);
        _world.Run(10 * Second);
        Assert.Empty(_writer.Stored);
        Assert.Empty(_writer.Refusals);
        Assert.Equal(0, _writer.Waiting);
        var later = _writer.Put(_box, 2);
        Assert.True(_world.RunUntil(() => _writer.Stored.Count == 2, Second));
        _world.Run(10 * Second);
        _writer.Withdraw(_box, [later[0]]);
        _world.Run(Second);
        Assert.Equal(6, _world.Holders.Values.Sum(holder => holder.Chunks));
        _writer.Withdraw(_box, [later[1]]);
        _world.Run(Second);
        Assert.Equal(0, _world.Holders.Values.Sum(holder => holder.Chunks));
    }

    [Fact]
    public void OneMessagePutTwice_IsToldOnceAndBothAreDeleted()
    {
        var ids = _writer.Put(_box, 1);
        _world.Run(Second);
        _writer.Stored.Clear();
        _writer.PutAgain(_box, ids);
        _world.Run(Second);
        Assert.Equal(12, _world.Holders.Values.Sum(holder => holder.Chunks));
        _reader.Read(Readable);
        _world.Run(5 * Second);
        Assert.Equal([0], _reader.Told);
        Assert.Equal(0, _world.Holders.Values.Sum(holder => holder.Chunks));
    }

    [Fact]
    public void OneMessageLeftAgainDaysLater_IsToldAgainSoThatItIsAcknowledged()
    {
        var ids = _writer.Put(_box, 1);
        _reader.Read(Readable);
        _world.Run(5 * Second);
        Assert.Equal([0], _reader.Told);
        _writer.Stored.Clear();
        _writer.PutAgain(_box, ids);
        _world.Run(5 * Second);
        Assert.Equal([0], _reader.Told);
        _world.Run(TimeSpan.FromDays(3));
        _writer.Stored.Clear();
        _reader.Told.Clear();
        _writer.PutAgain(_box, ids);
        _world.Run(TimeSpan.FromMinutes(15));
        Assert.Equal([0], _reader.Told);
        Assert.Equal(0, _world.Holders.Values.Sum(holder => holder.Chunks));
    }

    [Fact]
    public void PreferredHolder_IsPutOnAndReadToo()
    {
        var home = _world.Holders.Keys.Single(at => _world.Holders[at] == _world.Nearest(Address)[^1]);
        _writer.Put(_box with { Preferred = [home.ToString()] }, 1);
        _world.Run(Second);
        Assert.Equal(1, _world.Holders[home].Chunks);
        Assert.Equal(7, _world.Holders.Values.Sum(holder => holder.Chunks));
        foreach (var holder in _world.Holders.Where(one => one.Key != home))
            holder.Value.Down();
        _reader.Read(Readable with { Preferred = [home.ToString()] });
        Assert.True(_world.RunUntil(() => _reader.Told.Count == 1, 20 * Second));
    }

    [Fact]
    public void RequestBox_IsPaidForAndReadByItsMaker()
    {
        var readSecret = Rows.Secret(77);
        var schedule = new BoxSchedule(_box.Secret, _box.Period);
        var index = schedule.IndexAt(_world.Now);
        var request = _box with { Price = 6, ReadKeys = new Dictionary<long, Ed25519PublicKey> { [index] = BoxKeys.ReadKeyOf(readSecret, index) } };
        _writer.Put(request, 3, 8192);
        Assert.True(_world.RunUntil(() => _writer.Stored.Count == 3, 5 * Second));
        _reader.Read(Readable with { Price = 6, ReadSecret = readSecret });
        Assert.True(_world.RunUntil(() => _reader.Vault.Count == 3, 5 * Second));
        _world.Run(5 * Second);
        Assert.Equal(0, _world.Holders.Values.Sum(holder => holder.Chunks));
        _writer.Put(request with { ReadKeys = new Dictionary<long, Ed25519PublicKey>(), Secret = Rows.Secret(9) }, 1);
        Assert.Equal(["the reader's key for this day is not known"], _writer.Refusals);
    }

    [Fact]
    public void Bundle_StandsForThreePeriodsAndIsToldOnce()
    {
        var row = _box with { Period = WritableBox.BundlePeriod, Ahead = 3 };
        _writer.Put(row, 1);
        Assert.True(_world.RunUntil(() => _writer.Stored.Count == 1, 5 * Second));
        _world.Run(Second);
        Assert.Equal(18, _world.Holders.Values.Sum(holder => holder.Chunks));
        var standing = new ReadableBox(_box.Secret, WritableBox.BundlePeriod) { IsStanding = true };
        _reader.Read(standing);
        _world.Run(60 * Second);
        Assert.Equal([0], _reader.Told);
        Assert.Equal(18, _world.Holders.Values.Sum(holder => holder.Chunks));
        _reader.IsOff = true;
        _world.Run(TimeSpan.FromDays(13));
        _reader.Restart(standing);
        _world.Run(5 * Second);
        Assert.Equal([0], _reader.Told);
    }

    [Fact]
    public void ChunkThatDoesNotOpen_IsLeftAloneAndNotFetchedAgain()
    {
        using var keys = BoxKeys.ForReader(Readable, new BoxSchedule(_box.Secret, _box.Period).IndexAt(_world.Now));
        var garbage = _world.Random.NextBytes(1024);
        foreach (var holder in _world.Nearest(Address).Take(12))
            holder.Plant(keys.Box, garbage);
        _writer.Put(_box, 1);
        _world.Run(Second);
        _reader.Read(Readable with { IsWatched = false });
        _world.Run(TimeSpan.FromHours(1));
        Assert.Equal([0], _reader.Told);
        Assert.Equal(12, _world.Holders.Values.Sum(holder => holder.Chunks));
        Assert.True(_world.Holders.Values.Sum(holder => holder.Fetched.Count(hash => hash == ChunkHash.Of(garbage))) <= 1);
    }
}
