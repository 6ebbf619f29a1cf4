using Kith.Overlay.Walker;
using Kith.Wire;

namespace Kith.Overlay;

/// <content>What people are shown.</content>
internal sealed partial class OverlayCore
{
    private Shown _shown;
    private WalkerCounts _counts;

    /// <summary>Raised by one with each change of what people see.</summary>
    public int Version { get; private set; }

    /// <summary>What is true now.</summary>
    public OverlayView View
    {
        get
        {
            var counts = Walker.Counts(_now);
            return new OverlayView(
                Walker.Wan,
                [.. Walker.Wan4.Reports.Concat(Walker.Wan6.Reports)],
                Walker.Peers(),
                counts.Active,
                counts.Connectable,
                Entry.View,
                Dht.Table.Count + Dht.Table6.Count,
                Math.Max(Dht.Table.Depth, Dht.Table6.Depth),
                Dht.StoredItems,
                BytesIn,
                BytesOut,
                Dht.IsReadOnly)
            {
                Reachable = _reachability.IsReachable(_now),
                Nat = Nat.View,
                Relay = Relay.View,
                Via = Reach.Via,
                Problem = _seal is { OutOfTime: > 0 } seal ? ClockSentence(seal.OutOfTime) : null,
            };
        }
    }

    private static string ClockSentence(long datagrams) =>
        $"{datagrams} datagrams of members of this swarm bore a time more than two minutes from this computer's: its clock, or theirs, is wrong";

    // After each event, so it must cost nothing; what takes a look at every peer is looked at once a second.
    private void NoticeChanges()
    {
        var shown = new Shown(Walker.Wan, Walker.Known, _counts, Entry.Version, Dht.Table.Count + Dht.Table6.Count, Dht.StoredItems, Dht.IsReadOnly, Nat.Version, Relay.Version, _viaVersion);
        if (shown == _shown)
            return;
        _shown = shown;
        Version++;
    }

    // What makes the view another one for people: not every byte counted.
    private readonly record struct Shown(Endpoint? Wan, int Known, WalkerCounts Counts, int Entries, int Nodes, int Stored, bool IsReadOnly, int Nat, int Relay, int Via);
}
