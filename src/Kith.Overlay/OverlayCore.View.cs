using Kith.Wire;

namespace Kith.Overlay;

/// <content>What people are shown.</content>
internal sealed partial class OverlayCore
{
    private Endpoint? _wan;
    private Shown _shown;

    /// <summary>Raised by one with each change of what people see.</summary>
    public int Version { get; private set; }

    /// <summary>What is true now.</summary>
    public OverlayView View => new(
        _wan,
        [],
        [],
        0,
        0,
        Entry.View,
        Dht.Table.Count + Dht.Table6.Count,
        Math.Max(Dht.Table.Depth, Dht.Table6.Depth),
        Dht.StoredItems,
        BytesIn,
        BytesOut,
        Dht.IsReadOnly)
    {
        Reachable = _reachability.IsReachable(_now),
        Problem = _seal is { OutOfTime: > 0 } seal ? ClockSentence(seal.OutOfTime) : null,
    };

    private static string ClockSentence(long datagrams) =>
        $"{datagrams} datagrams of members of this swarm bore a time more than two minutes from this computer's: its clock, or theirs, is wrong";

    private void NoticeChanges()
    {
        var shown = new Shown(_wan, Entry.Version, Dht.Table.Count + Dht.Table6.Count, Dht.StoredItems, Dht.IsReadOnly);
        if (shown == _shown)
            return;
        _shown = shown;
        Version++;
    }

    // What makes the view another one for people: not every byte counted.
    private readonly record struct Shown(Endpoint? Wan, int Entries, int Nodes, int Stored, bool IsReadOnly);
}
