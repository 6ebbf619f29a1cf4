using Kith.Crypto;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Replay;
using Kith.Forwarding.Sphinx;
using Kith.Storage.Forwarding;

namespace Kith.Storage.Tests.Forwarding;

public sealed class ForwardingStoreTests : IDisposable
{
    private const int Epoch = 20_717;
    private static readonly byte[] Boot = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
    private static readonly byte[] LaterBoot = [.. Enumerable.Range(2, 16).Select(i => (byte)i)];
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 3))];

    private readonly TestHome _home = new();
    private readonly SecretBytes _seal = SecretBytes.Generate(SystemRandom.Instance, 32);

    private string Folder => Path.Combine(_home.Home, "forward");

    private string File => Path.Combine(Folder, "20717");

    public void Dispose()
    {
        _seal.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void ClosedInOrder_IsThereAfterAnotherStartOfTheMachine()
    {
        Write(Boot, inOrder: true, 7, 8, 9);
        using var store = Store(LaterBoot);
        var key = Assert.Single(store.Load());
        Assert.Equal((Epoch, Convert.ToHexString(Secret)), (key.Epoch, Convert.ToHexString(key.Secret)));
        Assert.Equal([7UL, 8, 9], key.Tags);
    }

    [Fact]
    public void NotClosed_InTheSameStartOfTheMachine_IsThereWithAllTags()
    {
        Write(Boot, inOrder: false, 7, 8);
        using (var store = Store(Boot))
        {
            var key = Assert.Single(store.Load());
            Assert.Equal([7UL, 8], key.Tags);
            Assert.True(key.Journal.TryAppend(9));
        }

        using var again = Store(LaterBoot);
        Assert.Equal([7UL, 8, 9], Assert.Single(again.Load()).Tags);
    }

    [Fact]
    public void NotClosed_InAnotherStartOfTheMachine_IsNeverUsedAgain()
    {
        Write(Boot, inOrder: false, 7);
        using var store = Store(LaterBoot);
        Assert.Empty(store.Load());
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void NotClosed_WhereNobodySaysWhichStartItIs_IsNeverUsedAgain()
    {
        Write(null, inOrder: false, 7);
        using var store = Store(null);
        Assert.Empty(store.Load());
    }

    [Fact]
    public void ClosedOnce_ThenLeftOpen_CountsAsLeftOpen()
    {
        Write(Boot, inOrder: true, 7);
        _ = Store(Boot).Load();
        using var store = Store(LaterBoot);
        Assert.Empty(store.Load());
    }

    [Fact]
    public void LastTagCut_IsLeftOut()
    {
        Write(Boot, inOrder: true, 7, 8);
        using (var file = System.IO.File.OpenWrite(File))
            file.SetLength(file.Length - 3);
        using var store = Store(Boot);
        var key = Assert.Single(store.Load());
        Assert.Equal([7UL], key.Tags);
        Assert.True(key.Journal.TryAppend(10));
    }

    [Fact]
    public void AnotherVault_ReadsNoKey()
    {
        Write(Boot, inOrder: true, 7);
        using var other = SecretBytes.Generate(SystemRandom.Instance, 32);
        using var store = new ForwardingStore(_home.Home, other, Boot);
        Assert.Empty(store.Load());
    }

    [Fact]
    public void Damaged_AnyByteOfTheHeader_IsNotUsed()
    {
        Write(Boot, inOrder: true, 7);
        var whole = System.IO.File.ReadAllBytes(File);
        // Not those that say how it was closed, and in which start of the machine: they are no secret, and whoever writes here can do worse.
        foreach (var at in Enumerable.Range(0, 104).Where(at => at is < 12 or >= 32))
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x10;
            System.IO.File.WriteAllBytes(File, damaged);
            using var store = Store(Boot);
            Assert.Empty(store.Load());
        }

        foreach (var size in new[] { 0, 7, 103 })
        {
            System.IO.File.WriteAllBytes(File, whole[..size]);
            using var store = Store(Boot);
            Assert.Empty(store.Load());
        }
    }

    [Fact]
    public void FilesOfOthers_AreRemoved()
    {
        Directory.CreateDirectory(Folder);
        System.IO.File.WriteAllText(Path.Combine(Folder, "020717"), "x");
        System.IO.File.WriteAllText(Path.Combine(Folder, "20717.new"), "x");
        using var store = Store(Boot);
        Assert.Empty(store.Load());
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public void Removed_LeavesNothing_AndNotesNoMore()
    {
        using var store = Store(Boot);
        var journal = store.Add(Epoch, Secret);
        store.Remove(Epoch);
        Assert.False(journal!.TryAppend(1));
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public void FolderCannotBeMade_KeepsNothing()
    {
        Directory.CreateDirectory(_home.Home);
        System.IO.File.WriteAllText(Folder, "in the way");
        using var store = Store(Boot);
        Assert.Empty(store.Load());
        Assert.Null(store.Add(Epoch, Secret));
        store.Remove(Epoch);
    }

    [Fact]
    public void DiskFull_TagIsNotNoted()
    {
        using var disk = SmallDisk.TryMount(_home.Beside("disk"), kibibytes: 64);
        if (disk is null)
            Assert.Skip("mounting a small tmpfs takes root on Linux");
        using var store = new ForwardingStore(_home.Beside("disk"), _seal, Boot);
        var tags = new ReplayTags(store.Add(Epoch, Secret), []);
        var noted = 0UL;
        var outcome = TagOutcome.Noted;
        while (outcome == TagOutcome.Noted && noted < 20_000)
            outcome = tags.TryNote(++noted);
        Assert.Equal(TagOutcome.Failed, outcome);
        Assert.Equal(TagOutcome.Failed, tags.TryNote(noted));
        Assert.Equal(TagOutcome.Known, tags.TryNote(noted - 1));
        disk.Grow();
        Assert.Equal(TagOutcome.Noted, tags.TryNote(noted));
    }

    [Theory]
    [InlineData(false, PacketRefusal.Replayed)] // the process was killed: its tags are there
    [InlineData(true, PacketRefusal.UnknownKey)] // the machine went down: the key is not
    public void Packet_AgainAfterACrash_NeverPassesTwice(bool isAnotherStart, PacketRefusal expected)
    {
        const long Now = Epoch * ForwardingEpoch.Length;
        var packet = new byte[SphinxFormat.PacketSize];
        using (var before = new ForwardingKeys(Store(Boot), SystemRandom.Instance, Now)) // the store is never closed
        {
            var key = before.Public[0].Key;
            Assert.True(new SphinxBuilder(SystemRandom.Instance).TryBuildMessage([new PathHop(HopAddress.Over(key), key, 0)], [1], packet));
            Assert.Equal(PacketRefusal.None, PacketProcessor.Process(before, packet.ToArray()).Refusal);
        }

        using var store = Store(isAnotherStart ? LaterBoot : Boot);
        using var after = new ForwardingKeys(store, SystemRandom.Instance, Now);
        var refusal = PacketProcessor.Process(after, packet).Refusal;
        // A new key may have the old one's hint by chance.
        Assert.True(refusal == expected || (isAnotherStart && refusal == PacketRefusal.BadMac), $"{refusal}");
    }

    private void Write(byte[]? boot, bool inOrder, params ulong[] tags)
    {
        var store = Store(boot);
        var journal = store.Add(Epoch, Secret);
        Assert.All(tags, tag => Assert.True(journal!.TryAppend(tag)));
        if (inOrder)
            store.Dispose();
        else
            ((IDisposable)journal!).Dispose();
    }

    private ForwardingStore Store(byte[]? boot)
    {
        Directory.CreateDirectory(_home.Home);
        return new ForwardingStore(_home.Home, _seal, boot);
    }
}
