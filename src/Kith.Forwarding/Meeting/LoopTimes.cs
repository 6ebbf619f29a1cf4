using Kith.Crypto;
using Kith.Forwarding.Sending;

namespace Kith.Forwarding.Meeting;

/// <summary>How long packets to ourselves take, and so how long one is waited for. One that comes after it was taken for lost counts too: else nobody would learn that everything has become slow. For one thread at a time; times are unix milliseconds.</summary>
internal sealed class LoopTimes
{
    private readonly Dictionary<ulong, (long SentAt, IReadOnlyList<X25519PublicKey> Path)> _sent = [];
    private readonly Queue<ulong> _order = new();
    private readonly RoundTrip _time = new();

    /// <summary>How long one is waited for.</summary>
    public long Patience => _time.Smoothed is null ? MeetingLimits.ProbePatience : Math.Clamp(_time.Patience, MeetingLimits.LeastProbePatience, MeetingLimits.MostProbePatience);

    /// <summary>The pause between two while a meeting point is in use.</summary>
    public long Pause => Math.Max(MeetingLimits.BusyProbe, (long)(2 * _time.Smoothed ?? 0));

    /// <summary>One leaves.</summary>
    public void Sent(long now, ulong number, IReadOnlyList<X25519PublicKey> path)
    {
        if (_order.Count >= MeetingLimits.MaxProbes)
            _sent.Remove(_order.Dequeue());
        _sent[number] = (now, path);
        _order.Enqueue(number);
    }

    /// <summary>One has come: when it was sent, and over whom; null when it came before, or that is forgotten.</summary>
    public (long SentAt, IReadOnlyList<X25519PublicKey> Path)? Came(long now, ulong number)
    {
        if (!_sent.Remove(number, out var sent))
            return null;
        _time.Take(now - sent.SentAt);
        return sent;
    }
}
