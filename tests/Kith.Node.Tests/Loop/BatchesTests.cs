using Kith.Messaging;
using Kith.Node.Loop;
using Kith.Storage;
using Kith.Wire;

namespace Kith.Node.Tests.Loop;

public sealed class BatchesTests
{
    private readonly List<string> _log = [];
    private readonly List<Exception> _defects = [];
    private readonly HeldEffects _effects = new();
    private readonly HandClock _time = new();
    private readonly FakeVault _vault;
    private readonly FakePeers _peers;
    private readonly Batches _batches;

    public BatchesTests()
    {
        _vault = new FakeVault(_log);
        _peers = new FakePeers(_log);
        _batches = new Batches(_vault, _peers, _effects, new FakeOutbound(_log), e => _log.Add("event " + e.GetType().Name), _defects.Add, _time);
    }

    [Fact]
    public void Batch_EffectsAndResultsComeOutAfterTheCommitInOrder()
    {
        Run(Item("a", () => Send(1)), Item("b", () =>
        {
            _effects.Publish(new MessengerEvent.Typing(default, true));
            Send(2);
        }));

        Assert.Equal(["begin", "run a", "run b", "end", "commit", "send 1", "event Typing", "send 2", "flush", "done a", "done b"], _log);
    }

    [Fact]
    public void EndOfBatch_ItsEffectsAreHeldToo()
    {
        _peers.AtEnd = () => Send(9);

        Run(Item("a"));

        Assert.Equal(["begin", "run a", "end", "commit", "send 9", "flush", "done a"], _log);
    }

    [Fact]
    public void ReadsAlone_NeedNoTransaction()
    {
        Run(Read("a"), Read("b"));

        Assert.Equal(["run a", "done a", "run b", "done b"], _log);
    }

    [Fact]
    public void ReadAfterAChange_IsAnsweredAfterTheCommit()
    {
        Run(Read("a"), Item("b"), Read("c"));

        Assert.Equal(["run a", "done a", "begin", "run b", "run c", "end", "commit", "flush", "done b", "done c"], _log);
    }

    [Fact]
    public void RefusedCall_TheOthersGoOn()
    {
        Run(Item("a", Refuse), Item("b", () => Send(1)));

        Assert.Equal(["begin", "run a", "run b", "end", "commit", "send 1", "flush", "fail a: no", "done b"], _log);
        Assert.Empty(_defects);
    }

    [Fact]
    public void RefusedCompoundCall_IsTakenBackAndTheOthersRunAgain()
    {
        Run(Item("a", () => Send(1)), new TestItem(_log, "b", Refuse, compound: true));

        Assert.Equal(
            ["begin", "run a", "run b", "rollback", "reload", "restart", "fail b: no", "begin", "run a", "end", "commit", "send 1", "flush", "done a"], _log);
    }

    [Fact]
    public void Defect_ItsItemFailsAloneAndItsEffectsAreDropped()
    {
        Run(Item("a", () => Send(1)), Item("b", () =>
        {
            Send(2);
            throw new InvalidOperationException("bug");
        }));

        Assert.Equal(
            ["begin", "run a", "run b", "rollback", "reload", "restart", "fail b: bug", "begin", "run a", "end", "commit", "send 1", "flush", "done a"], _log);
        Assert.Single(_defects);
    }

    [Fact]
    public void DefectAtTheEnd_ItemsAreTriedOneByOne()
    {
        var bad = false;
        _peers.AtEnd = () =>
        {
            if (bad)
                throw new InvalidOperationException("bug");
        };

        Run(Item("a", () => bad = false), Item("b", () => bad = true));

        Assert.Equal("done a", _log.Single(line => line.EndsWith(" a", StringComparison.Ordinal) && line.StartsWith("done", StringComparison.Ordinal)));
        Assert.Contains("fail b: bug", _log);
    }

    [Fact]
    public void FullDisk_EffectsAreDroppedCallersToldStateReloaded()
    {
        _vault.FailCommit = new VaultException(VaultFault.DiskFull, "full");

        Run(Item("a", () => Send(1)), Item("b"));

        Assert.Equal(["begin", "run a", "run b", "end", "rollback", "reload", "restart", "fail a: full", "fail b: full"], _log);

        _log.Clear();
        _vault.FailCommit = null;
        Run(Item("c"));
        Assert.Equal(["begin", "run c", "end", "commit", "flush", "done c"], _log);
    }

    [Fact]
    public void NothingBinding_TheCommitWaitsForTheNextBatch()
    {
        Run(Patient("a", () => _effects.Publish(new MessengerEvent.Typing(default, true))));
        Assert.Equal(["begin", "run a", "end", "event Typing", "flush", "done a"], _log);
        Assert.Equal(Batches.LongestWait, _batches.CommitDeadline);

        Run(Item("b"));
        Assert.Equal(["run b", "end", "commit", "flush", "done b"], _log.Skip(6));
        Assert.Null(_batches.CommitDeadline);
    }

    [Fact]
    public void PromiseToAPeer_IsCommittedFirstHoweverPatient()
    {
        Run(Patient("a"));
        Run(Patient("b", () => Send(1)));

        Assert.Equal(["run b", "end", "commit", "send 1", "flush", "done b"], _log.Skip(5));
    }

    [Fact]
    public void PatientBatches_AreCommittedInTime()
    {
        Run(Patient("a"));
        _time.Now += Batches.LongestWait;
        Run(Patient("b"));

        Assert.Equal(1, _log.Count(line => line == "commit"));
        Assert.Null(_batches.CommitDeadline);
    }

    [Fact]
    public void OpenTransaction_IsCommittedBeforeWhatMustFindNone()
    {
        Run(Patient("a"));
        Run(Item("b"), new TestItem(_log, "c", () => { }, onlyReads: true, outside: true), Patient("d"));

        Assert.Equal(["run b", "end", "commit", "flush", "done b", "run c", "done c", "begin", "run d", "end", "flush", "done d"], _log.Skip(5));
        _batches.Finish();
        Assert.Equal("commit", _log[^1]);
    }

    [Fact]
    public void OpenTransactionThatCannotBeCommitted_IsUndoneWithWhatJoinedIt()
    {
        Run(Patient("a"));
        _vault.FailCommit = new VaultException(VaultFault.DiskFull, "full");
        Run(Item("b"));

        Assert.Equal(["run b", "end", "rollback", "reload", "restart", "fail b: full"], _log.Skip(5));
        Assert.Null(_batches.CommitDeadline);
    }

    private static void Refuse() => throw new MessengerException(MessengerError.Invalid, "no");

    private TestItem Item(string name, Action? run = null) => new(_log, name, run ?? (() => { }));

    private TestItem Patient(string name, Action? run = null) => new(_log, name, run ?? (() => { }), mayWait: true);

    private TestItem Read(string name) => new(_log, name, () => { }, onlyReads: true);

    private void Send(byte mark) => _effects.SendOnce(default(AccountId), new[] { mark });

    private void Run(params WorkItem[] items) => _batches.Run(items);

    private sealed class HandClock : TimeProvider
    {
        public long Now { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Now);
    }
}
