using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Messaging.Drops;
using Kith.Node.Loop;
using Kith.Node.Network;
using Kith.Node.Tests.Loop;
using Kith.Storage;
using Kith.Wire;

namespace Kith.Node.Tests.Network;

/// <summary>What comes out of boxes on a real loop over transactions that fail when told.</summary>
public sealed class ArrivedDropsTests : IMailbox
{
    private static readonly ReadableBox Box = new(new BoxSecret(new byte[BoxSecret.Size]), WritableBox.PairPeriod);
    private readonly List<string> _log = [];
    private readonly List<Exception> _defects = [];
    private readonly HandClock _time = new();
    private readonly FakeVault _vault;
    private readonly FakePeers _peers;
    private readonly NodeDrops _drops;
    private readonly NodeLoop _loop;
    private readonly List<byte> _done = [];

    public ArrivedDropsTests()
    {
        var effects = new HeldEffects();
        _vault = new FakeVault(_log);
        _peers = new FakePeers(_log) { OnEnvelope = _ => Reception.Done };
        _drops = new NodeDrops(_peers, effects, _time, static () => { });
        _loop = new NodeLoop(null!, new Batches(_vault, _peers, effects, new FakeOutbound(_log), static _ => { }, _defects.Add, _time), static _ => { }, _defects.Add);
        _drops.Bind(_loop, null!);
        _drops.Attach(this);
        _loop.Start();
    }

    [Fact]
    public async Task CommitThatFails_LeavesThemWithTheHoldersAndTakesThemAgain()
    {
        _vault.FailCommit = new VaultException(VaultFault.DiskFull, "full");
        await ArriveAsync(1, 2);
        Assert.Empty(_done);
        Assert.NotNull(_drops.NextDeadline);
        _vault.FailCommit = null;
        _time.Now = _drops.NextDeadline!.Value;
        await OnLoopAsync(_drops.Tick);
        await SettleAsync();
        Assert.Equal([1, 2], _done);
        Assert.Null(_drops.NextDeadline);
    }

    [Fact]
    public async Task OneThatMeetsADefect_DoesNotHoldUpTheOthers()
    {
        _peers.OnEnvelope = envelope => envelope.Span[0] == 2 ? throw new InvalidOperationException("a defect") : Reception.Done;
        await ArriveAsync(1, 2, 3);
        Assert.Equal([1, 3], _done);
        Assert.NotEmpty(_defects);
    }

    [Fact]
    public async Task OneThatComesTooEarly_IsTakenAfterOthers()
    {
        var hasFirst = false;
        _peers.OnEnvelope = envelope =>
        {
            hasFirst |= envelope.Span[0] == 1;
            return hasFirst ? Reception.Done : Reception.Later;
        };
        await ArriveAsync(2);
        Assert.Empty(_done);
        await ArriveAsync(1);
        Assert.Equal([1, 2], _done);
    }

    [Fact]
    public async Task ManyThatCannotBeTaken_AreNotAllTriedWheneverSomethingElseIs()
    {
        var tries = 0;
        _peers.OnEnvelope = envelope =>
        {
            tries++;
            return envelope.Span[0] == 1 ? Reception.Done : Reception.Later;
        };
        await ArriveAsync([.. Enumerable.Repeat((byte)2, 200)]);
        tries = 0;
        await ArriveAsync(1);
        Assert.Equal(1 + 64, tries);
        Assert.Equal([1], _done);
    }

    MailboxView IMailbox.View => MailboxView.Nothing;

    void IMailbox.Offer(long bytes)
    {
    }

    void IMailbox.Put(WritableBox box, IReadOnlyList<Parcel> parcels)
    {
    }

    void IMailbox.Withdraw(WritableBox box, IReadOnlyList<MessageId> parcels)
    {
    }

    void IMailbox.Read(IReadOnlyList<ReadableBox> boxes)
    {
    }

    void IMailbox.ReadNow()
    {
    }

    void IMailbox.Done(IReadOnlyList<ArrivedEnvelope> envelopes) => _done.AddRange(envelopes.Select(one => one.Envelope.Span[0]));

    ValueTask IAsyncDisposable.DisposeAsync() => new(_loop.StopAsync());

    private async Task ArriveAsync(params byte[] marks)
    {
        ((IMailboxObserver)_drops).Arrived(Box, [.. marks.Select(mark => new ArrivedEnvelope(new[] { mark }, new object()))]);
        await SettleAsync();
    }

    // What is posted by what is posted is done too: three deep at most here.
    private async Task SettleAsync()
    {
        for (var i = 0; i < 4; i++)
        {
            try
            {
                await OnLoopAsync(static () => { });
            }
            catch (VaultException)
            {
                // In one batch with what fails.
            }
        }
    }

    private async Task OnLoopAsync(Action action) => await _loop.CallAsync(_ =>
    {
        action();
        return true;
    }, CallKind.Read);

    private sealed class HandClock : TimeProvider
    {
        public long Now { get; set; } = 1_790_000_000_000;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Now);
    }
}
