namespace Kith.Forwarding.Receiving;

/// <summary>What came through forwarders, and what came of it.</summary>
public sealed class ReceivingCounters
{
    /// <summary>Envelopes handed on.</summary>
    public long Messages { get; internal set; }

    /// <summary>Pieces that were here before.</summary>
    public long Repeated { get; internal set; }

    /// <summary>Messages given up unfinished.</summary>
    public long Forgotten { get; internal set; }

    /// <summary>Pieces and acknowledgements over a limit, or that do not fit together.</summary>
    public long Refused { get; internal set; }

    /// <summary>Reply blocks used.</summary>
    public long Acknowledged { get; internal set; }
}
