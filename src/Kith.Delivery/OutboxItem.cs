using Kith.Wire;

namespace Kith.Delivery;

/// <summary>One message on its way to one person, kept until that person's device has acknowledged it end to end.</summary>
/// <param name="Id">The message; its receipt names it.</param>
/// <param name="Peer">Whom it is for.</param>
/// <param name="Sequence">Order within the whole outbox: items of one peer leave in this order.</param>
/// <param name="Content">The plaintext content, needed to seal it (again) when there is no session yet or the session was restarted. At most 128 KiB.</param>
/// <param name="Envelope">The sealed bytes, the same at each attempt; null while no session with the peer exists.</param>
/// <param name="Route">The route that the sender asked for.</param>
/// <param name="EnqueuedAt">Unix milliseconds.</param>
public sealed record OutboxItem(
    MessageId Id,
    AccountId Peer,
    long Sequence,
    ReadOnlyMemory<byte> Content,
    ReadOnlyMemory<byte>? Envelope,
    RouteKind Route,
    long EnqueuedAt)
{
    /// <summary>When enough holders had it in a drop, unix milliseconds; null while it is in none.</summary>
    public long? StoredAt { get; init; }

    /// <summary>How often it was stored in a drop; 0 while it is in none. At most <see cref="MaxStores"/> are counted.</summary>
    public int Stores { get; init; }

    /// <summary>How far <see cref="Stores"/> counts: the pauses grow no more long before.</summary>
    public const int MaxStores = 255;

    /// <summary>The item after a drop holds it.</summary>
    public OutboxItem StoredOnceMore(long now) => this with { StoredAt = now, Stores = Math.Min(Stores + 1, MaxStores) };

    /// <summary>The item with other sealed bytes: no drop holds those.</summary>
    public OutboxItem Sealed(ReadOnlyMemory<byte>? envelope) => this with { Envelope = envelope, StoredAt = null, Stores = 0 };
}
