namespace Kith.Forwarding.Forwarder;

/// <summary>What a node takes upon itself for others. Limits are the implementation's.</summary>
public sealed record ForwarderOptions
{
    /// <summary>Packets that may wait for their delay, all in memory: 4 MiB and a half.</summary>
    public const int DefaultWaiting = 4_096;

    /// <summary>Packets a second.</summary>
    public const int DefaultRate = 3_000;

    /// <summary>Packets a second from one source.</summary>
    public const int DefaultSourceRate = 1_000;

    /// <summary>Sources that are counted one by one; those that come when there are more share one allowance.</summary>
    public const int MaxSources = 4_096;

    /// <summary>Whether packets of others are forwarded at first (<see cref="ForwarderCore.Forwards"/>). What ends here is taken in any case.</summary>
    public bool Forwards { get; init; } = true;

    /// <inheritdoc cref="DefaultWaiting"/>
    public int Waiting { get; init; } = DefaultWaiting;

    /// <inheritdoc cref="DefaultRate"/>
    public int Rate { get; init; } = DefaultRate;

    /// <inheritdoc cref="DefaultSourceRate"/>
    public int SourceRate { get; init; } = DefaultSourceRate;
}
