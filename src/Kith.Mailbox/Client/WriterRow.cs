using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Client;

/// <summary>What waits for one reader, and the keys of the periods that are written into.</summary>
internal sealed class WriterRow(WritableBox box)
{
    private const int KeptKeys = 4;

    private readonly Dictionary<long, BoxKeys> _keys = [];

    public BoxSchedule Schedule { get; } = new(box.Secret, box.Period);

    public List<(WritableBox Box, Parcel Parcel)> Waiting { get; } = [];

    /// <summary>What is under way and holds up the rest.</summary>
    public PutLoad? Load { get; set; }

    /// <summary>What was refused though some holders have it: the same parcels go on with it.</summary>
    public PutBatch? HalfDone { get; set; }

    /// <summary>Whether it stands in the queue of those that may put.</summary>
    public bool IsQueued { get; set; }

    public long UsedAt { get; set; }

    /// <summary>The keys of a period; null where the reader's key of it is not known.</summary>
    public BoxKeys? KeysOf(WritableBox box, long index)
    {
        if (_keys.TryGetValue(index, out var keys))
            return keys;
        if (_keys.Count >= KeptKeys)
            _keys.Clear(); // not disposed: a batch may still need them
        keys = BoxKeys.ForWriter(box, index);
        if (keys is not null)
            _keys[index] = keys;
        return keys;
    }
}
