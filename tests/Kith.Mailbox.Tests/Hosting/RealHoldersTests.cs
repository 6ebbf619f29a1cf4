using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Repair;
using Kith.Storage.Drops;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Hosting;

/// <summary>Whole nodes with what they keep on disk and repair, over real sockets on loopback.</summary>
public sealed class RealHoldersTests : IAsyncDisposable
{
    private const long Room = 64L << 20;

    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly string _homes = System.IO.Directory.CreateTempSubdirectory("kith-holders-").FullName;
    private readonly List<MailNode> _nodes = [];
    private readonly WritableBox _box = new(new BoxSecret(SystemRandom.Instance.NextBytes(BoxSecret.Size)), WritableBox.PairPeriod);

    public RealHoldersTests() => _patience.CancelAfter(TimeSpan.FromSeconds(120));

    private CancellationToken Stop => _patience.Token;

    [Fact]
    public async Task HalfOfTheHolders_GoForGood_OthersTakeTheirPlaceWithoutTheSender()
    {
        for (var i = 0; i < 12; i++)
            _nodes.Add(await StartAsync(Room));
        foreach (var node in _nodes)
            await UntilAsync(() => node.Mailbox.View.IsOffering);
        var sent = new Parcel(MessageId.FromBytes(SystemRandom.Instance.NextBytes(MessageId.Size)), SystemRandom.Instance.NextBytes(600));
        await using (var alice = await StartAsync(0))
        {
            alice.Mailbox.Put(_box, [sent]);
            Assert.Null((await alice.NextOutcomeAsync(Stop)).Why);
            await UntilAsync(() => Keeping(_nodes) >= MailboxLimits.Holders);
        }

        foreach (var gone in _nodes.Skip(1).Where(Keeps).Take(3).ToList())
        {
            _nodes.Remove(gone);
            await gone.VanishAsync();
        }

        await UntilAsync(() => Keeping(_nodes) >= MailboxLimits.Holders);
        await using var bob = await StartAsync(0);
        bob.Mailbox.Read([new ReadableBox(_box.Secret, WritableBox.PairPeriod)]);
        var arrived = await bob.NextArrivedAsync(Stop);
        Assert.Equal(sent.Envelope.ToArray(), arrived.Envelope.ToArray());
        bob.Mailbox.Done([arrived]);
        // Whoever the reader did not ask learns it from the others, at the next look.
        await UntilAsync(() => Keeping(_nodes) == 0);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Enumerable.Reverse(_nodes))
            await node.DisposeAsync();
        _patience.Dispose();
        System.IO.Directory.Delete(_homes, recursive: true);
    }

    // What is left of a deleted chunk is smaller than any.
    private static bool Keeps(MailNode node) => node.Mailbox.View.Used >= MailboxLimits.MinChunk;

    private static int Keeping(List<MailNode> nodes) => nodes.Count(Keeps);

    private Task<MailNode> StartAsync(long room) => MailNode.StartAsync(_nodes.Count == 0 ? null : _nodes[0].Endpoint, room, Keep);

    private IHolding Keep(X25519PublicKey key, IHolderFinder finder, IHolderCalls calls)
    {
        var store = DropStore.Open(System.IO.Directory.CreateDirectory(Path.Combine(_homes, Path.GetRandomFileName())).FullName);
        return new RepairedHolding(new HolderCore(store, key, SystemRandom.Instance), new RepairCore(store, finder, calls, SystemRandom.Instance), store);
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(50, Stop);
    }
}
