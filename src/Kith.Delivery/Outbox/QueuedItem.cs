using Kith.Wire;

namespace Kith.Delivery.Outbox;

/// <summary>An item in memory: what is needed to send it, without its content.</summary>
internal sealed class QueuedItem(OutboxItem item)
{
    public const long NeverSent = long.MinValue;

    public MessageId Id { get; } = item.Id;

    public AccountId Peer { get; } = item.Peer;

    public long Sequence { get; } = item.Sequence;

    /// <summary>Null while it is not sealed. An empty one means the same: a null array turns into empty memory on its way all too easily.</summary>
    public ReadOnlyMemory<byte>? Envelope { get; set; } = Sealed(item);

    public RouteKind Asked { get; } = item.Route;

    /// <summary>Unix milliseconds of the last time it was sent.</summary>
    public long SentAt { get; set; } = NeverSent;

    /// <summary>How often it was sent, since it is in memory.</summary>
    public int Sends { get; set; }

    /// <summary>How often it was sent again for want of a receipt, since the route came up.</summary>
    public int Attempts { get; set; }

    /// <summary>The route that took it last.</summary>
    public RouteKind TakenBy { get; set; }

    public bool IsReported { get; set; }

    /// <summary>The cursor went past it without sending it: its route is not there.</summary>
    public bool IsPassed { get; set; }

    public bool IsSettled { get; set; }

    public int Bytes => Envelope?.Length ?? 0;

    public static ReadOnlyMemory<byte>? Sealed(OutboxItem item) => item.Envelope is { IsEmpty: false } ? item.Envelope : default(ReadOnlyMemory<byte>?);
}
