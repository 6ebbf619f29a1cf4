namespace Kith.Transport.Tunnels;

/// <summary>
/// Judges whether the network lets UDP through: it does not when something was asked, for some seconds, and nothing came from anybody. Costs next to nothing where datagrams come and go. For
/// several threads; what two of them do at once may count as one.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class UdpWatch(TimeProvider time)
{
    private long _firstAt;
    private long _triedAt;
    private int _unanswered;
    private volatile bool _isBlocked;
    private volatile bool _hasReceived;

    /// <summary>Whether nothing gets through.</summary>
    public bool IsBlocked => _isBlocked;

    /// <summary>Something goes by UDP.</summary>
    public void Sent()
    {
        var count = Interlocked.Increment(ref _unanswered);
        if (count == 1)
            Interlocked.Exchange(ref _firstAt, time.GetTimestamp());
        else
            Look();
    }

    /// <summary>Judges anew, as time has passed.</summary>
    public void Look()
    {
        if (_isBlocked || Volatile.Read(ref _unanswered) < TunnelLimits.SendsBeforeBlocked)
            return;
        if (time.GetElapsedTime(Interlocked.Read(ref _firstAt)) >= (_hasReceived ? TunnelLimits.SilenceBeforeBlocked : TunnelLimits.SilenceAtStart))
            Block();
    }

    /// <summary>Something came by UDP.</summary>
    public void Received()
    {
        if (!_hasReceived)
            _hasReceived = true;
        if (Volatile.Read(ref _unanswered) == 0 && !_isBlocked)
            return;
        Volatile.Write(ref _unanswered, 0);
        _isBlocked = false;
    }

    /// <summary>The network is another: nothing is known of it.</summary>
    public void Reset()
    {
        Received();
        _hasReceived = false;
    }

    /// <summary>Somebody else found that nothing gets through.</summary>
    public void Block()
    {
        if (_isBlocked)
            return;
        Interlocked.Exchange(ref _triedAt, time.GetTimestamp());
        _isBlocked = true;
    }

    /// <summary>Whether a datagram shall go by UDP too, to see whether it still is blocked.</summary>
    public bool IsTrialDue()
    {
        var tried = Interlocked.Read(ref _triedAt);
        return time.GetElapsedTime(tried) >= TunnelLimits.TrialInterval && Interlocked.CompareExchange(ref _triedAt, time.GetTimestamp(), tried) == tried;
    }
}
