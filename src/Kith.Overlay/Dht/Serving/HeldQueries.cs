using Kith.Overlay.Dht.Krpc;
using Kith.Wire;

namespace Kith.Overlay.Dht.Serving;

/// <summary>
/// Queries of unproven addresses whose full answer is too long for them: each waits for the answer to a ping. At most <see cref="MaxHeld"/>; more are answered at once with what fits.
/// </summary>
internal sealed class HeldQueries(Querier querier, HeldQueries.Resumption resume) : IAnswerTaker
{
    /// <summary>Most queries held.</summary>
    public const int MaxHeld = 64;

    /// <summary>Longest query held, bytes: all honest ones are shorter.</summary>
    public const int MaxSize = 512;

    /// <summary>Milliseconds until a held query is answered with what fits.</summary>
    public const long Patience = 500;

    private Held?[]? _held;
    private int _count;

    internal delegate void Resumption(long now, Endpoint from, ReadOnlySpan<byte> datagram, int spent);

    public long NextDeadline { get; private set; } = long.MaxValue;

    public bool TryHold(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (_count == MaxHeld || datagram.Length > MaxSize)
            return false;
        _held ??= new Held?[MaxHeld];
        var slot = Array.IndexOf(_held, null);
        if (!querier.TryPing(now, from, null, this, (byte)slot))
            return false;
        _held[slot] = new Held(from, datagram.ToArray(), now + Patience);
        _count++;
        NextDeadline = Math.Min(NextDeadline, now + Patience);
        return true;
    }

    public void Tick(long now)
    {
        if (now < NextDeadline)
            return;
        NextDeadline = long.MaxValue;
        for (var slot = 0; slot < MaxHeld; slot++)
        {
            if (_held![slot] is not { } held)
                continue;
            if (held.Deadline <= now)
                Release(now, slot, held);
            else
                NextDeadline = Math.Min(NextDeadline, held.Deadline);
        }
    }

    void IAnswerTaker.Answered(long now, in Transaction query, in KrpcAnswer answer) => Release(now, query);

    void IAnswerTaker.Refused(long now, in Transaction query, DhtError error) => Release(now, query);

    void IAnswerTaker.TimedOut(long now, in Transaction query)
    {
        // Its patience was over long before.
    }

    private void Release(long now, in Transaction query)
    {
        // The slot may have been given to another since.
        if (_held?[query.Tag] is { } held && held.From == query.Endpoint)
            Release(now, query.Tag, held);
    }

    private void Release(long now, int slot, Held held)
    {
        _held![slot] = null;
        _count--;
        resume(now, held.From, held.Datagram, Responder.PingRoom);
    }

    private sealed record Held(Endpoint From, byte[] Datagram, long Deadline);
}
