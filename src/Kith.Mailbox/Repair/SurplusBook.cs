using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Repair;

/// <summary>Copies that six nearer holders have just proved to have too. They are found only while room is wanted.</summary>
internal sealed class SurplusBook
{
    private readonly Queue<(BoxAddress Box, ChunkHash Chunk, long At)> _proved = new();
    private long _wantedAt = long.MinValue / 2;
    private long _soughtAt = long.MinValue / 2;

    /// <summary>Whether copies are looked for that may give way.</summary>
    public bool IsWanted(long now) => now - _wantedAt < RepairLimits.RoomWanted;

    /// <summary>Whether to go through all boxes for it now.</summary>
    public bool TrySeek(long now)
    {
        if (!IsWanted(now) || now - _soughtAt < RepairLimits.RoomWanted)
            return false;
        _soughtAt = now;
        return true;
    }

    /// <summary>Six have proved it.</summary>
    public void Add(long now, BoxAddress box, ChunkHash chunk)
    {
        if (_proved.Count < RepairLimits.Surplus)
            _proved.Enqueue((box, chunk, now));
    }

    /// <summary>Names one that was proved just now; with none, they are looked for.</summary>
    public bool TryTake(long now, out BoxAddress box, out ChunkHash chunk)
    {
        while (_proved.TryDequeue(out var one))
        {
            if (now - one.At >= RepairLimits.Proved)
                continue;
            (box, chunk) = (one.Box, one.Chunk);
            return true;
        }

        _wantedAt = now;
        (box, chunk) = (default, default);
        return false;
    }
}
