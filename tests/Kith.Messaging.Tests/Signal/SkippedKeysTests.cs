using System.Runtime.InteropServices;
using Kith.Messaging.Signal;

namespace Kith.Messaging.Tests.Signal;

public sealed class SkippedKeysTests
{
    private const int Count = 10;

    [Fact]
    public void RemoveAt_LeavesNoSeedBehindTheEnd()
    {
        var keys = Filled();
        keys.RemoveAt(3);
        Assert.Equal(-1, keys.Find(3));
        Assert.True(keys.Find(4) >= 0);
        AssertWiped(keys);
    }

    [Fact]
    public void MakeRoom_ForgetsTheOldest_AndLeavesNoSeedBehindTheEnd()
    {
        var keys = Filled();
        keys.MakeRoom(SkippedKeys.MaxKeys - 6);
        Assert.Equal(6, keys.Count);
        Assert.Equal(-1, keys.Find(3));
        Assert.Equal(0, keys.Find(4));
        AssertWiped(keys);
    }

    private static SkippedKeys Filled()
    {
        var keys = new SkippedKeys();
        var seed = new byte[Key32.Size];
        seed.AsSpan().Fill(0xAA);
        for (uint index = 0; index < Count; index++)
            keys.Add(index, seed);
        return keys;
    }

    // The places of the list that are no longer in use.
    private static void AssertWiped(SkippedKeys keys)
    {
        var all = MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetReference(keys.Entries), Count);
        foreach (ref readonly var entry in all[keys.Count..])
            Assert.False(((ReadOnlySpan<byte>)entry.Seed).ContainsAnyExcept((byte)0));
    }
}
