using System.Collections.Concurrent;

namespace Kith.Transport.Connections;

/// <summary>What was refused, by reason: for whoever looks why nothing comes. Safe for several threads.</summary>
internal sealed class ConnectionCounters
{
    private readonly ConcurrentDictionary<SessionErrorCode, long> _refused = new();
    private long _noise;
    private long _cookies;
    private long _resets;
    private long _duplicates;
    private long _crowded;

    /// <summary>Packets and calls refused, by code.</summary>
    public IReadOnlyDictionary<SessionErrorCode, long> ByCode => _refused;

    /// <summary>Initials whose first MAC does not verify, and bytes that are no packet.</summary>
    public long Noise => Volatile.Read(ref _noise);

    /// <summary>Initials answered with a cookie.</summary>
    public long CookiesAsked => Volatile.Read(ref _cookies);

    /// <summary>Stateless resets sent.</summary>
    public long ResetsSent => Volatile.Read(ref _resets);

    /// <summary>Packets that came before.</summary>
    public long Duplicates => Volatile.Read(ref _duplicates);

    /// <summary>Initials dropped because too many handshakes were under way, or too much of strangers waited.</summary>
    public long Crowded => Volatile.Read(ref _crowded);

    public void Refused(SessionErrorCode code) => _refused.AddOrUpdate(code, 1, static (_, count) => count + 1);

    public void NoiseSeen() => Interlocked.Increment(ref _noise);

    public void CookieAsked() => Interlocked.Increment(ref _cookies);

    public void ResetSent() => Interlocked.Increment(ref _resets);

    public void Duplicate() => Interlocked.Increment(ref _duplicates);

    public void TooMany() => Interlocked.Increment(ref _crowded);
}
