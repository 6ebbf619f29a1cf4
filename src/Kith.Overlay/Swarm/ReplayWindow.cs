using Kith.Wire;

namespace Kith.Overlay.Swarm;

/// <summary>
/// Remembers what has been taken for as long as its time is still good, so that nothing is taken twice. Two generations, each as long as a time stamp stays good: what
/// neither remembers is too old by its own time.
/// </summary>
internal sealed class ReplayWindow
{
    /// <summary>Datagrams that one generation remembers. Only members fill it; beyond it datagrams are refused, since forgetting one would let it be taken again.</summary>
    public const int MaxRemembered = 1 << 18;

    /// <summary>How long one generation lasts: a stamp is good from <see cref="SwarmSeal.MaxClockDifference"/> before to as long after now.</summary>
    private const long Generation = 2 * SwarmSeal.MaxClockDifference;

    private HashSet<Bits128> _younger = [];
    private HashSet<Bits128> _older = [];
    private long _turned;

    /// <summary>Whether it has not been taken before; from now on it has.</summary>
    public bool TryTake(long now, Bits128 nonce)
    {
        if (now - _turned >= Generation)
            Turn(now);
        return _younger.Count < MaxRemembered && !_older.Contains(nonce) && _younger.Add(nonce);
    }

    private void Turn(long now)
    {
        (_older, _younger) = (_younger, _older);
        _younger.Clear();
        // Quiet for two generations: neither holds anything that is still good.
        if (now - _turned >= 2 * Generation)
            _older.Clear();
        _younger.TrimExcess();
        _turned = now;
    }
}
