using Kith.Crypto;
using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Tests.Boxes;

/// <summary>Honest rows of boxes that tests start from.</summary>
internal static class Rows
{
    public const long Now = 1_790_000_000_000;

    public static BoxSecret Secret(byte first) => new([.. Enumerable.Range(first, BoxSecret.Size).Select(i => (byte)i)]);

    public static WritableBox Writable(byte first = 1) => new(Secret(first), WritableBox.PairPeriod);

    public static ReadableBox Readable(byte first = 1) => new(Secret(first), WritableBox.PairPeriod);

    public static BoxKeys Keys(byte first = 1, long index = 20_717) => BoxKeys.ForReader(Readable(first), index);

    public static BoxEntry Entry(BoxKeys keys, ReadOnlySpan<byte> chunk, ulong work = 0) =>
        EntryRules.Sign(keys, ChunkHash.Of(chunk), chunk.Length, EntryRules.ExpiryAt(Now, MailboxLimits.Kept), work);

    public static byte[] Chunk(BoxKeys keys, int envelope = 512, long number = Now) =>
        ChunkFormat.Seal(keys, number, ChunkItems.Write([ChunkItem.Whole(SystemRandom.Instance.NextBytes(envelope))]), SystemRandom.Instance);
}
