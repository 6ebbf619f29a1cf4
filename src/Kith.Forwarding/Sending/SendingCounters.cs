namespace Kith.Forwarding.Sending;

/// <summary>What was sent through forwarders, and what came of it.</summary>
public sealed class SendingCounters
{
    /// <summary>Packets that left.</summary>
    public long Packets { get; internal set; }

    /// <summary>Attempts, the first of each message among them.</summary>
    public long Attempts { get; internal set; }

    /// <summary>Answers by reply blocks.</summary>
    public long Answers { get; internal set; }

    /// <summary>Paths that brought none in time.</summary>
    public long Lost { get; internal set; }

    /// <summary>Messages that arrived.</summary>
    public long Acknowledged { get; internal set; }

    /// <summary>Messages that were given up here.</summary>
    public long GivenUp { get; internal set; }
}
