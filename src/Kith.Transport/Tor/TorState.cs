namespace Kith.Transport.Tor;

/// <summary>What Tor does now.</summary>
public enum TorPhase
{
    /// <summary>Not begun, or ended by us.</summary>
    Stopped = 0,

    /// <summary>The program is not there. It is looked for again and again.</summary>
    Missing = 1,

    /// <summary>It connects to its network.</summary>
    Starting = 2,

    /// <summary>It can be used.</summary>
    Ready = 3,

    /// <summary>It ended, or its control port did; it is started again at <see cref="TorState.RetryAt"/>.</summary>
    Restarting = 4,

    /// <summary>It cannot be started, or does not let us in; it is tried again at <see cref="TorState.RetryAt"/>.</summary>
    Failed = 5,
}

/// <summary>Tor as it is shown to people.</summary>
/// <param name="Phase">What it does.</param>
/// <param name="Progress">How far it is with connecting to its network, percent.</param>
/// <param name="Says">What it does in its own words ("Loading relay descriptors"); empty when it says nothing.</param>
/// <param name="Problem">What is wrong, and what to do about it, in one sentence; null when nothing is.</param>
/// <param name="RetryAt">When it is tried again; null when it is not waited for.</param>
/// <param name="Version">Tor's version, once it has said it.</param>
public sealed record TorState(TorPhase Phase, int Progress, string Says, string? Problem, DateTimeOffset? RetryAt, string? Version)
{
    /// <summary>Before anything.</summary>
    public static readonly TorState Stopped = new(TorPhase.Stopped, 0, "", null, null, null);

    /// <summary>Whether it can be used now.</summary>
    public bool IsReady => Phase == TorPhase.Ready;
}
