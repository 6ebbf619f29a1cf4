using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Storage.Drops;

namespace Kith.Storage.Tests.Drops;

/// <summary>Entries that tests put, each named by a number: the same in every process.</summary>
internal static class DropRows
{
    public const long Now = 1_790_000_000_000;
    public const ulong Prefix = 77;

    public static BoxKeys BoxOf(int box) =>
        BoxKeys.ForReader(new ReadableBox(new BoxSecret([.. Enumerable.Range(1, BoxSecret.Size).Select(i => (byte)i)]), WritableBox.PairPeriod), box);

    public static byte[] Chunk(int number, int size = MailboxLimits.MinChunk)
    {
        var chunk = new byte[size];
        for (var at = 0; at < size; at += sizeof(int))
            BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(at), number + at);
        return chunk;
    }

    public static BoxEntry Entry(BoxKeys keys, byte[] chunk, long hours = 24) =>
        EntryRules.Sign(keys, ChunkHash.Of(chunk), chunk.Length, EntryRules.ExpiryAt(Now, TimeSpan.FromHours(hours)), 0);

    public static ChunkHash Add(DropStore store, int box, int number, int size = MailboxLimits.MinChunk, long hours = 24, ulong prefix = Prefix)
    {
        using var keys = BoxOf(box);
        var chunk = Chunk(number, size);
        store.Add(Now, keys.Box, Entry(keys, chunk, hours), prefix, chunk);
        return ChunkHash.Of(chunk);
    }

    public static BoxAddress Address(int box)
    {
        using var keys = BoxOf(box);
        return keys.Address;
    }

    public static byte[] Signature(byte first = 1) => [first, .. SystemRandom.Instance.NextBytes(63)];
}
