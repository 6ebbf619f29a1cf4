using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Repair;

/// <summary>Keeps for others, and looks after what is kept: the two on one thread over one store.</summary>
public sealed class RepairedHolding(IHolding holding, RepairCore repair, IDropStore store) : IHolding
{
    private readonly HashSet<BoxAddress> _changed = [];

    /// <inheritdoc/>
    public long Used => holding.Used;

    /// <inheritdoc/>
    public int Boxes => holding.Boxes;

    /// <inheritdoc/>
    public string? Problem => holding.Problem;

    /// <inheritdoc/>
    public long NextDeadline => Math.Min(holding.NextDeadline, repair.NextDeadline);

    /// <inheritdoc/>
    public void Offer(long bytes) => holding.Offer(bytes);

    /// <inheritdoc/>
    public void SetClock(long ahead)
    {
        holding.SetClock(ahead);
        repair.WallAhead = ahead;
    }

    /// <inheritdoc/>
    public void Take(long now, IHolderClient client, ulong number, MailboxRequest request)
    {
        switch (request)
        {
            case PutRequest put:
                _changed.Add(put.Box.Address);
                break;
            case DeleteRequest delete:
                _changed.Add(delete.Box.Address);
                break;
        }

        holding.Take(now, client, number, request);
    }

    /// <inheritdoc/>
    public void Gone(IHolderClient client) => holding.Gone(client);

    /// <inheritdoc/>
    public void Finish(long now)
    {
        holding.Finish(now);
        foreach (var address in _changed)
        {
            // Whoever is refused brings nobody to look after a box that is not here.
            if (store.Size(address) is not { Entries: 0, Tombstones: 0 })
                repair.Entered(now, address);
        }

        _changed.Clear();
        repair.Tick(now);
    }

    /// <inheritdoc/>
    public void Dispose() => holding.Dispose();
}
