using Kith.Wire;

namespace Kith.Overlay.Entry;

/// <summary>One way in, and how far it got.</summary>
internal sealed class EntryPoint(EntrySource source, string address)
{
    public EntrySource Source { get; } = source;

    /// <summary>As given.</summary>
    public string Address { get; } = address;

    /// <summary>The name to resolve, or null where the endpoint was given.</summary>
    public string? Host { get; init; }

    /// <summary>The port that goes with <see cref="Host"/>.</summary>
    public ushort Port { get; init; }

    /// <summary>Where it is, as far as known.</summary>
    public List<Endpoint> Endpoints { get; } = [];

    public EntryStage Stage { get; set; }

    /// <summary>Why it failed last; null when it did not.</summary>
    public string? Detail { get; set; }

    /// <summary>Milliseconds from the start of the round to its answer.</summary>
    public long? Elapsed { get; set; }

    /// <summary>When it needs attention.</summary>
    public long Due { get; set; } = long.MaxValue;

    /// <summary>When its turn began: its questions are counted from here.</summary>
    public long Begun { get; set; }

    /// <summary>Questions asked in this turn.</summary>
    public int Asked { get; set; }

    /// <summary>Turns that failed in a row.</summary>
    public int Failures { get; set; }

    /// <summary>The turn whose name is being resolved now, or 0.</summary>
    public int Request { get; set; }

    /// <summary>Whether it may lead to the whole network rather than to one node's surroundings: tried now and then even while there are peers.</summary>
    public bool IsWide => Source is EntrySource.Named or EntrySource.DynamicDns or EntrySource.Mainline;

    public EntryView ToView() => new(
        Source,
        Address,
        Stage switch
        {
            EntryStage.Resolving => EntryState.Resolving,
            EntryStage.Answered => EntryState.Answered,
            EntryStage.Failed => EntryState.Failed,
            _ => EntryState.Asked,
        },
        Detail,
        Stage == EntryStage.Answered ? Elapsed : null);
}

/// <summary>What an entry point is at.</summary>
internal enum EntryStage
{
    /// <summary>Its turn has not come.</summary>
    Waiting,

    /// <summary>Its name is being resolved.</summary>
    Resolving,

    /// <summary>It is being asked.</summary>
    Asking,

    /// <summary>It answered.</summary>
    Answered,

    /// <summary>It did not; it may be tried again.</summary>
    Failed,
}
