namespace Kith.Forwarding.Directory;

/// <summary>How far asking an entry point is.</summary>
public enum OnionEntryState
{
    /// <summary>It has not been asked.</summary>
    Waiting = 0,

    /// <summary>It is called.</summary>
    Asked = 1,

    /// <summary>It answered the last time.</summary>
    Answered = 2,

    /// <summary>It did not answer the last time.</summary>
    Failed = 3,
}

/// <summary>An entry point at an onion address, and what became of it.</summary>
/// <param name="At">Where it is.</param>
/// <param name="State">How far it is.</param>
/// <param name="Problem">Why it did not answer, in the words of who called; null when it did.</param>
/// <param name="Elapsed">How long its answer took, milliseconds; null before the first.</param>
public sealed record OnionEntry(OnionPoint At, OnionEntryState State, string? Problem, long? Elapsed);
