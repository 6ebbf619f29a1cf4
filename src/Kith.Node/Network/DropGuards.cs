using Kith.Delivery.Privacy;
using Kith.Mailbox.Passing;
using Kith.Messaging;

namespace Kith.Node.Network;

/// <summary>Keeps the guards of drops over a restart, encrypted. On the loop, inside a transaction.</summary>
/// <param name="records">Where.</param>
/// <param name="level">The privacy setting that this run began under: another one holds from the next start on.</param>
internal sealed class DropGuards(IRecordStore records, PrivacyLevel level)
{
    /// <summary>The privacy setting that this run began under.</summary>
    public PrivacyLevel Level => level;

    /// <summary>Those of an earlier run, once <see cref="Load"/> has found some.</summary>
    public SavedGuards Saved { get; private set; } = SavedGuards.None;

    /// <summary>Looks for what an earlier run kept; what is of another privacy setting is erased: guards that know where a person is must not become those of one who says so to nobody.</summary>
    public void Load()
    {
        Saved = SavedGuards.None;
        if (records.Get(RecordKind.DropGuards, []) is not { Length: > 0 } kept)
            return;
        if (kept[0] == (byte)level && SavedGuards.TryRead(kept.AsSpan(1), out var saved))
            Saved = saved;
        else
            records.Remove(RecordKind.DropGuards, []);
    }

    /// <summary>Keeps others from now on. What was given up is erased, not only written over in some later place.</summary>
    public void Keep(SavedGuards guards)
    {
        byte[] now = [(byte)level, .. guards.ToArray()];
        if (records.Get(RecordKind.DropGuards, []) is { } before)
        {
            if (before.AsSpan().SequenceEqual(now))
                return;
            records.Remove(RecordKind.DropGuards, []);
        }

        records.Put(RecordKind.DropGuards, [], now);
    }
}
