namespace Kith.Transport.Connections.Recovery;

/// <summary>
/// HyStart++ (RFC 9406): leaves the first slow start when round trips grow, before losses say it. Rounds are told by time: one has ended when what was sent
/// after its beginning is acknowledged.
/// </summary>
internal struct HyStart
{
    // RFC 9406 section 4.3.
    private const int Samples = 8;
    private const int ConservativeRounds = 5;
    private const int ConservativeDivisor = 4;
    private static readonly TimeSpan LeastThreshold = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan GreatestThreshold = TimeSpan.FromMilliseconds(16);

    private TimeSpan _roundStart;
    private TimeSpan _lastRound;
    private TimeSpan _thisRound;
    private TimeSpan _baseline;
    private int _samples;
    private int _rounds;
    private bool _isConservative;
    private bool _hasRound;

    /// <summary>How much of what arrived the window grows by: all, or a quarter while it is not sure that the path is full.</summary>
    public readonly int Divisor => _isConservative ? ConservativeDivisor : 1;

    /// <summary>Takes a round trip; true when slow start ends here.</summary>
    public bool Sampled(TimeSpan now, TimeSpan sentAt, TimeSpan roundTrip)
    {
        if (!_hasRound)
        {
            _hasRound = true;
            _lastRound = _thisRound = TimeSpan.MaxValue;
            _roundStart = now;
        }
        else if (sentAt >= _roundStart && BeginRound(now))
        {
            return true;
        }

        _samples++;
        if (roundTrip < _thisRound)
            _thisRound = roundTrip;
        if (_samples < Samples || _lastRound == TimeSpan.MaxValue)
            return false;
        if (_isConservative)
        {
            _isConservative = _thisRound >= _baseline; // else it was noise
            return false;
        }

        var threshold = TimeSpan.FromTicks(Math.Clamp(_lastRound.Ticks / 8, LeastThreshold.Ticks, GreatestThreshold.Ticks));
        if (_thisRound >= _lastRound + threshold)
            (_isConservative, _baseline, _rounds) = (true, _thisRound, 0);
        return false;
    }

    private bool BeginRound(TimeSpan now)
    {
        (_lastRound, _thisRound, _samples, _roundStart) = (_thisRound, TimeSpan.MaxValue, 0, now);
        return _isConservative && ++_rounds >= ConservativeRounds;
    }
}
