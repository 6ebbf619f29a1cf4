using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Client;

/// <summary>A core in the world, with a clock of its own.</summary>
internal abstract class TestClient : IHolders
{
    private readonly ClientWorld _world;

    protected TestClient(ClientWorld world)
    {
        _world = world;
        Number = world.Clients.Count;
        world.Clients.Add(this);
    }

    public int Number { get; }

    /// <summary>How far its clock is ahead, milliseconds.</summary>
    public long ClockOff { get; init; }

    /// <summary>When <see cref="Tick"/> has something to do, by the world's clock.</summary>
    public long NextDeadline => IsOff || CoreDeadline == long.MaxValue ? long.MaxValue : CoreDeadline - ClockOff;

    /// <summary>It sleeps: nothing reaches it.</summary>
    public bool IsOff { get; set; }

    protected ClientWorld World => _world;

    protected long Time => _world.Now + ClockOff;

    protected abstract long CoreDeadline { get; }

    public void Tick()
    {
        if (!IsOff && CoreDeadline <= Time)
            TickCore();
    }

    public abstract void Found(BoxAddress address, IReadOnlyList<HolderHandle> holders);

    public abstract void Answered(long ticket, MailboxAnswer? answer, AskFailure failure);

    /// <summary>Bytes of the longest PUT so far, chunks with their entries.</summary>
    public long LongestPut { get; set; }

    void IHolders.Ask(long ticket, HolderHandle holder, MailboxRequest request)
    {
        Sent.Add((ticket, request));
        if (request is PutRequest put)
            LongestPut = Math.Max(LongestPut, put.Items.Sum(item => (long)item.WireSize));
        _world.Ask(this, ticket, holder, request);
    }

    void IHolders.Find(BoxAddress address, int count, IReadOnlyList<string> preferred)
    {
        Finds++;
        _world.Find(this, address, count, preferred);
    }

    void IHolders.Forget(long ticket)
    {
    }

    void IHolders.Failed(HolderHandle holder) => FailedHolders.Add(holder);

    void IHolders.Distrust(HolderHandle holder) => Distrusted.Add(holder);

    public List<HolderHandle> Distrusted { get; } = [];

    public HashSet<HolderHandle> FailedHolders { get; } = [];

    /// <summary>All that was asked.</summary>
    public List<(long Ticket, MailboxRequest Request)> Sent { get; } = [];

    /// <summary>How often holders were looked for.</summary>
    public int Finds { get; private set; }

    protected abstract void TickCore();
}
