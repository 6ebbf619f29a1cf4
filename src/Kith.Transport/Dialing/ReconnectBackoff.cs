using Kith.Crypto;

namespace Kith.Transport.Dialing;

/// <summary>How long to wait before the next attempt: twice as long each time, up to a limit, each wait drawn from around its value so that many nodes do not call in step.</summary>
internal sealed class ReconnectBackoff(IRandom random)
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);

    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>A session that lived this long was a good one: the next failure is the first again.</summary>
    public static readonly TimeSpan GoodSession = TimeSpan.FromSeconds(30);

    private const int JitterPercent = 25;

    private TimeSpan _next = First;

    /// <summary>The next wait: its value within 25 percent.</summary>
    public TimeSpan Next()
    {
        var value = _next;
        _next = value * 2 < Limit ? value * 2 : Limit;
        return value * (100 - JitterPercent + random.NextInt32((2 * JitterPercent) + 1)) / 100;
    }

    public void Reset() => _next = First;
}
