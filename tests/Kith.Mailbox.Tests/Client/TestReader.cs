using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Client;

/// <summary>A reader that commits what arrives and says so.</summary>
internal sealed class TestReader : TestClient, IReaderObserver
{
    private const long CommitTime = 3;

    private ReaderCore _core;

    public TestReader(ClientWorld world)
        : base(world) => _core = new ReaderCore(this, this, world.Random);

    /// <summary>Numbers of letters in the order in which they were handed on in this run.</summary>
    public List<int> Told { get; } = [];

    /// <summary>Those of all runs, as a vault keeps them.</summary>
    public HashSet<int> Vault { get; } = [];

    /// <summary>Whether what arrives is committed.</summary>
    public bool Commits { get; set; } = true;

    public long Since { get; private set; }

    public int Unread => _core.Unread;

    protected override long CoreDeadline => _core.NextDeadline;

    public void Read(params ReadableBox[] boxes) => _core.Read(Time, boxes);

    /// <summary>The wall clock is so far ahead from now on.</summary>
    public void SetClock(TimeSpan ahead) => _core.SetClock(Time, (long)ahead.TotalMilliseconds);

    public void ReadNow() => _core.ReadNow(Time);

    /// <summary>A new run: nothing is remembered but the vault.</summary>
    public void Restart(params ReadableBox[] boxes)
    {
        _core = new ReaderCore(this, this, World.Random);
        Told.Clear();
        IsOff = false;
        _core.Read(Time, boxes);
    }

    public override void Found(BoxAddress address, IReadOnlyList<HolderHandle> holders)
    {
        if (!IsOff)
            _core.Found(Time, address, holders);
    }

    public override void Answered(long ticket, MailboxAnswer? answer, AskFailure failure)
    {
        if (!IsOff)
            _core.Answered(Time, ticket, answer, failure);
    }

    void IReaderObserver.Arrived(ReadableBox box, IReadOnlyList<ArrivedEnvelope> envelopes)
    {
        foreach (var envelope in envelopes)
        {
            var number = Letters.NumberOf(envelope.Envelope);
            Assert.DoesNotContain(number, Told);
            Told.Add(number);
        }

        var core = _core;
        if (!Commits)
            return;
        World.At(World.Now + CommitTime, () =>
        {
            foreach (var envelope in envelopes)
                Vault.Add(Letters.NumberOf(envelope.Envelope));
            if (core == _core && !IsOff)
                core.Done(Time, envelopes);
        });
    }

    void IReaderObserver.ReadToEnd(ReadableBox box, long since) => Since = since;

    protected override void TickCore() => _core.Tick(Time);
}
