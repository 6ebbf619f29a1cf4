using Kith.Crypto;

namespace Kith.Forwarding.Meeting;

/// <summary>A handle that is kept for somebody.</summary>
/// <param name="source">Who brought what it began with.</param>
internal sealed class MeetingHandleEntry(ulong source)
{
    /// <summary>Who brought what it began with: it is of their share.</summary>
    public ulong Source { get; } = source;

    /// <summary>Reply blocks, oldest first, each with the day it came on and who brought it.</summary>
    public Queue<(ReadOnlyMemory<byte> Block, long Day, ulong Source)> Stock { get; } = new();

    /// <summary>What waits for a reply block, each until when.</summary>
    public Queue<(ReadOnlyMemory<byte> Body, long Until)> Held { get; } = new();

    /// <summary>The session that it goes over; null where there is none.</summary>
    public X25519PublicKey? Session { get; set; }

    public long UsedAt { get; set; }
}
