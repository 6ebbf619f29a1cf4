using Kith.Wire;

namespace Kith.Forwarding.Receiving;

/// <summary>What has come of one contact.</summary>
internal sealed class ReceivingPeer
{
    public Dictionary<MessageId, PartialMessage> Parts { get; } = [];

    public SeenMessages Seen { get; } = new(ReceivingLimits.MaxSeenOfPeer);

    /// <summary>Reply blocks of messages that are whole, and not safe yet.</summary>
    public Dictionary<MessageId, List<ReadOnlyMemory<byte>>> Replies { get; } = [];

    /// <summary>The last reply blocks that came, by their keys: a piece that came twice by one path is answered once.</summary>
    public RecentBlocks Blocks { get; } = new(ReceivingLimits.MaxRecentBlocks);

    /// <summary>Bytes of the parts.</summary>
    public int Bytes { get; set; }
}
