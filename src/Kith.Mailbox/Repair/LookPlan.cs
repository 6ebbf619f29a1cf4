namespace Kith.Mailbox.Repair;

/// <summary>Which box is looked at next. What is new or was wrong stands in a row of its own, and the two take turns: so neither waits behind all of the other when there is more than can be done.</summary>
internal sealed class LookPlan
{
    private readonly PriorityQueue<BoxCare, long> _urgent = new();
    private readonly PriorityQueue<BoxCare, long> _quiet = new();
    private bool _quietNext;

    /// <summary>When the next is due; <see cref="long.MaxValue"/> for none. It may turn out to be none when it comes.</summary>
    public long Next => Math.Min(At(_urgent), At(_quiet));

    /// <summary>There will be about so many boxes.</summary>
    public void Expect(int boxes) => _quiet.EnsureCapacity(boxes);

    /// <summary>Plans a look; what was planned for the box before does not happen.</summary>
    public void Add(BoxCare box, long at, bool isUrgent)
    {
        box.LookAt = at;
        (isUrgent ? _urgent : _quiet).Enqueue(box, at);
    }

    /// <summary>Takes a box that is due.</summary>
    public bool TryTake(long now, out BoxCare box)
    {
        while (Next <= now)
        {
            var (first, second) = _quietNext ? (_quiet, _urgent) : (_urgent, _quiet);
            var row = At(first) <= now ? first : second;
            row.TryDequeue(out box!, out var at);
            if (box.LookAt != at)
                continue; // planned anew meanwhile
            _quietNext = row == _urgent;
            return true;
        }

        box = null!;
        return false;
    }

    private static long At(PriorityQueue<BoxCare, long> row) => row.TryPeek(out _, out var at) ? at : long.MaxValue;
}
