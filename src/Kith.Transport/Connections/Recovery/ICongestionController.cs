namespace Kith.Transport.Connections.Recovery;

/// <summary>How much may be on its way on one path (RFC 9002 section 7). Bytes in flight are counted by the caller.</summary>
internal interface ICongestionController
{
    /// <summary>So many bytes may be in flight.</summary>
    long Window { get; }

    /// <summary>Below this window it grows as in slow start; <see cref="long.MaxValue"/> at first.</summary>
    long Threshold { get; }

    bool IsInSlowStart { get; }

    /// <summary>The largest datagram that the path takes, bytes: what windows are counted in.</summary>
    int DatagramSize { get; set; }

    /// <summary>A round trip was measured, by a packet that was sent at a time. Before the <see cref="Acknowledged"/> of the same ACK.</summary>
    void Sampled(TimeSpan now, TimeSpan sentAt, TimeSpan roundTrip);

    /// <summary>A packet arrived.</summary>
    /// <param name="now">Now.</param>
    /// <param name="sentAt">When it was sent.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="wasFull">The window was in use when it was sent; a window that nobody needs does not grow (RFC 9002 section 7.8).</param>
    /// <param name="smoothed">The smoothed round trip.</param>
    void Acknowledged(TimeSpan now, TimeSpan sentAt, int bytes, bool wasFull, TimeSpan smoothed);

    /// <summary>A packet was lost: once a round trip this shrinks the window (RFC 9002 section 7.3.2). True when it did, and a recovery period begins.</summary>
    bool Lost(TimeSpan now, TimeSpan sentAt);

    /// <summary>All that was lost in this recovery period has arrived after all: the window is what it would be without (RFC 9438 section 4.9.2).</summary>
    void Undo(TimeSpan now);

    /// <summary>Persistent congestion: from the least window again (RFC 9002 section 7.6.2).</summary>
    void Collapse();
}
