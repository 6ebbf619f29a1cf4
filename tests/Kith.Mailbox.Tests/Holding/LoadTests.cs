using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Holding;

/// <summary>Work under load, and a disk that fails.</summary>
public sealed class LoadTests : IDisposable
{
    private readonly HoldingWorld _world = new();
    private readonly BoxKeys _keys = Rows.Keys();

    public void Dispose()
    {
        _world.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public void ManyPutsInASecond_WorkIsWanted_AndServesOnePut()
    {
        var wanted = Press();
        Assert.Equal(HoldingLimits.FirstLoadWork, wanted.Bits);
        var item = _world.Item(_keys, HoldingWorld.Chunk());
        Assert.Equal(DropCode.WorkWanted, _world.Put(_keys, item));
        var work = Toil(wanted);
        Assert.Equal([DropCode.Done], PutWith(work, wanted.Challenge, item: item));
        Assert.Equal([DropCode.WorkWanted], PutWith(work, wanted.Challenge));
    }

    [Fact]
    public void WorkForAnotherChallengeOfTheSameClient_CountsForThatAlone()
    {
        var (first, second) = (Press(), _world.Ask<WelcomeAnswer>(new HelloRequest()).Wanted);
        var work = Toil(first);
        Assert.Equal([DropCode.WorkWanted], PutWith(work, second.Challenge));
        Assert.Equal([DropCode.WorkWanted], PutWith(work, default));
        Assert.Equal([DropCode.WorkWanted], PutWith(work, new byte[WireLimits.ChallengeSize]));
        Assert.Equal([DropCode.Done], PutWith(work, first.Challenge));
    }

    [Fact]
    public void ChallengeOfWhichThereAreTooMany_TheOldestIsVoid()
    {
        var oldest = Press();
        var work = Toil(oldest);
        var newest = oldest;
        for (var i = 0; i < HoldingLimits.Challenges; i++)
            newest = _world.Ask<WelcomeAnswer>(new HelloRequest()).Wanted;
        Assert.Equal([DropCode.WorkWanted], PutWith(work, oldest.Challenge));
        Assert.Equal([DropCode.Done], PutWith(Toil(newest), newest.Challenge));
    }

    [Fact]
    public void ChallengesOfMany_ThroughOneWhoPassesOn_AreGoodSideBySide()
    {
        Press();
        var passer = HoldingClient.Stranger(2);
        var first = _world.Ask<PutAnswer>(new PutRequest(_keys.Box, 0, []), Behind(passer)).Wanted;
        var work = Toil(first);
        for (var i = 1; i < HoldingLimits.ChallengesOfPasser; i++)
            _world.Ask<PutAnswer>(new PutRequest(_keys.Box, 0, []), Behind(passer));
        Assert.Equal([DropCode.Done], PutWith(work, first.Challenge, Behind(passer)));
        var second = _world.Ask<PutAnswer>(new PutRequest(_keys.Box, 0, []), Behind(passer)).Wanted;
        for (var i = 0; i < HoldingLimits.ChallengesOfPasser; i++)
            _world.Ask<PutAnswer>(new PutRequest(_keys.Box, 0, []), Behind(passer));
        Assert.Equal([DropCode.WorkWanted], PutWith(Toil(second), second.Challenge, Behind(passer)));
    }

    [Fact]
    public void WorkForAnotherClientsChallenge_IsRefused()
    {
        Press();
        var (other, third) = (HoldingClient.Stranger(2), HoldingClient.Stranger(3));
        var wanted = _world.Ask<WelcomeAnswer>(new HelloRequest(), other).Wanted;
        var work = Toil(wanted);
        _world.Ask<WelcomeAnswer>(new HelloRequest(), third);
        Assert.Equal([DropCode.WorkWanted], PutWith(work, wanted.Challenge, third));
        Assert.Equal([DropCode.Done], PutWith(work, wanted.Challenge, other));
    }

    [Fact]
    public void OnOnesOwnNetwork_NoneIsWanted()
    {
        Press();
        Assert.Equal(DropCode.Done, _world.Put(_keys, _world.Item(_keys, HoldingWorld.Chunk()), new HoldingClient(null, isNear: true)));
    }

    [Fact]
    public void LoadIsOver_NoneIsWanted()
    {
        Press();
        _world.Now += 2_000;
        Assert.Equal(DropCode.Done, _world.Put(_keys, _world.Item(_keys, HoldingWorld.Chunk())));
    }

    [Fact]
    public void TwiceTheLoad_OneBitMore()
    {
        var gauge = new LoadGauge();
        for (var i = 0; i < 4 * HoldingLimits.QuietPuts; i++)
            gauge.Count(5_000);
        Assert.Equal(HoldingLimits.FirstLoadWork + 2, gauge.Bits(5_999, 0, 1 << 20));
        Assert.Equal(HoldingLimits.FirstLoadWork + 1, gauge.Bits(6_499, 0, 1 << 20));
        Assert.Equal(0, gauge.Bits(8_000, 0, 1 << 20));
        for (var i = 0; i < 1_000_000; i++)
            gauge.Count(9_000);
        Assert.Equal(HoldingLimits.MostLoadWork, gauge.Bits(9_000, 0, 1 << 20));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7 << 20, 0)]
    [InlineData((7 << 20) + 1, HoldingLimits.FirstLoadWork)]
    [InlineData((7 << 20) + (3 << 18), HoldingLimits.FirstLoadWork + 2)]
    [InlineData(8 << 20, HoldingLimits.MostLoadWork)]
    [InlineData(9 << 20, HoldingLimits.MostLoadWork)]
    public void NearlyFull_WorkIsWanted(long used, int bits) => Assert.Equal(bits, new LoadGauge().Bits(1, used, 8 << 20));

    [Fact]
    public void DiskFails_TheWholeBatchIsRefused_AndReadsGoOn()
    {
        var kept = _world.PutNew(_keys);
        _world.Store.Fails = true;
        var watcher = HoldingClient.Stranger(7);
        _world.List(_keys, ReadFlags.News, client: watcher);
        var first = _world.Client.Give(_world.Core, _world.Now, new PutRequest(_keys.Box, 0, [_world.Item(_keys, HoldingWorld.Chunk()), _world.Item(_keys, new byte[700])]));
        var second = _world.Client.Give(_world.Core, _world.Now, new DeleteRequest(_keys.Box, [new DeleteItem(kept.Entry.Hash, EntryRules.SignDelete(_keys.Read!, _keys.Address, kept.Entry.Hash))]));
        var third = _world.Client.Give(_world.Core, _world.Now, new ReadRequest(_keys.Box, ReadFlags.WithChunks, 0, WireLimits.MaxReadBytes, []) { Key = _keys.Read });
        _world.Core.Finish(_world.Now);
        Assert.Equal([DropCode.Disk, DropCode.Size], ((PutAnswer)_world.Client.Answers[first]).Codes);
        Assert.Equal([DropCode.Disk], ((DeleteAnswer)_world.Client.Answers[second]).Codes);
        Assert.Equal(kept.Entry.Hash, Assert.Single(((EntriesAnswer)_world.Client.Answers[third]).Entries).Hash);
        Assert.Empty(watcher.News);
        Assert.NotNull(_world.Core.Problem);
        Assert.False(_world.Ask<WelcomeAnswer>(new HelloRequest()).OffersRoom);

        _world.Store.Fails = false;
        _world.PutNew(_keys);
        Assert.Single(watcher.News);
        _world.Now += HoldingLimits.DiskPause;
        Assert.True(_world.Ask<WelcomeAnswer>(new HelloRequest()).OffersRoom);
    }

    [Fact]
    public void ManyRequestsInOneBatch_ShareACommit()
    {
        _world.PutNew(_keys);
        var before = _world.Store.Commits;
        for (var i = 0; i < 50; i++)
            _world.Client.Give(_world.Core, _world.Now, new PutRequest(_keys.Box, 0, [_world.Item(_keys, HoldingWorld.Chunk())]));
        _world.Core.Finish(_world.Now);
        Assert.Equal(before + 1, _world.Store.Commits);
        Assert.Equal(51, _world.List(_keys).Entries.Count);
    }

    [Fact]
    public void BatchOfManyBytes_IsCommittedInParts()
    {
        var near = new HoldingClient(null, isNear: true);
        var numbers = new List<ulong>();
        for (long bytes = 0; bytes < 2 * HoldingLimits.BatchBytes; bytes += 32 * MailboxLimits.MaxChunk)
        {
            using var keys = Rows.Keys(index: bytes);
            numbers.Add(near.Give(_world.Core, _world.Now, new PutRequest(keys.Box, 0, [.. Enumerable.Range(0, 32).Select(_ => _world.Item(keys, HoldingWorld.Chunk(MailboxLimits.MaxChunk)))])));
        }

        Assert.True(near.Answers.ContainsKey(numbers[0]));
        _world.Core.Finish(_world.Now);
        Assert.All(numbers, number => Assert.All(((PutAnswer)near.Answers[number]).Codes, code => Assert.Equal(DropCode.Done, code)));
    }

    private IReadOnlyList<DropCode> PutWith(ulong work, ReadOnlyMemory<byte> challenge, HoldingClient? client = null, PutItem? item = null) =>
        _world.Ask<PutAnswer>(new PutRequest(_keys.Box, work, [item ?? _world.Item(_keys, HoldingWorld.Chunk())]) { Challenge = challenge }, client).Codes;

    private static HoldingClient Behind(HoldingClient passer) => new(passer.From, isNear: false) { Through = passer };

    private WorkWanted Press()
    {
        WorkWanted wanted = default;
        for (var i = 0; i <= HoldingLimits.QuietPuts; i++)
            wanted = _world.Ask<PutAnswer>(new PutRequest(_keys.Box, 0, [_world.Item(_keys, HoldingWorld.Chunk())])).Wanted;
        return wanted;
    }

    private static ulong Toil(WorkWanted wanted)
    {
        Assert.True(ProofOfWork.OfLoad(wanted.Challenge.Span, wanted.Bits).TryFinish(int.MaxValue, out var work));
        return work;
    }
}
