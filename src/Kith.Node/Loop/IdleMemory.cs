namespace Kith.Node.Loop;

/// <summary>
/// The collector keeps what a burst of work made it take, for the next one. A node is idle nearly always: once it is, that goes back to the system.
/// </summary>
internal static class IdleMemory
{
    /// <summary>Heap below which there is nothing worth the pause, bytes.</summary>
    private const long Worthwhile = 40L << 20;

    /// <summary>Gives back what is not used, in some tens of milliseconds; nothing when there is little.</summary>
    public static void GiveBack()
    {
        if (GC.GetGCMemoryInfo().TotalCommittedBytes > Worthwhile)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
