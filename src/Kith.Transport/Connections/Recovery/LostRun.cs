namespace Kith.Transport.Connections.Recovery;

/// <summary>The longest time that losses span without an acknowledgement between (RFC 9002 section 7.6.2). Give it the packets of a path in order.</summary>
internal struct LostRun
{
    private TimeSpan _from;
    private bool _isOpen;

    public TimeSpan Longest { get; private set; }

    /// <summary>A packet that asked for an acknowledgement was lost. Those sent before the first round trip was measured do not count.</summary>
    public void Lost(TimeSpan sentAt, RttEstimator rtt)
    {
        if (!rtt.HasSample || sentAt < rtt.FirstSampleAt)
            return;
        if (!_isOpen)
            (_isOpen, _from) = (true, sentAt);
        else if (sentAt - _from > Longest)
            Longest = sentAt - _from;
    }

    /// <summary>A packet between them arrived.</summary>
    public void Arrived() => _isOpen = false;
}
