using Kith.Overlay.Dht;

namespace Kith.Overlay.Rendezvous;

/// <summary>One record in one period: when it is put next, and what became of it last.</summary>
internal sealed class PublishedPeriod(PeriodKeys keys) : IDisposable
{
    public PeriodKeys Keys { get; } = keys;

    /// <summary>When it has to be put, unix milliseconds.</summary>
    public long DueAt { get; set; }

    /// <summary>The put, or the look at what is there, that is under way.</summary>
    public DhtLookup? Lookup { get; set; }

    /// <summary>The sequence number put last.</summary>
    public long Sequence { get; set; }

    /// <summary>Puts in a row that nobody took.</summary>
    public int Failures { get; set; }

    /// <summary>Puts in a row that fewer than <see cref="RendezvousLimits.EnoughNodes"/> took.</summary>
    public int WeakPuts { get; set; }

    /// <summary>Whether anything was ever put: only then something is there to be overwritten.</summary>
    public bool WasPut { get; set; }

    /// <summary>Nodes have a higher sequence number: it has to be asked for.</summary>
    public bool IsBehind { get; set; }

    /// <summary>The overwriting of what was withdrawn is done with.</summary>
    public bool IsOver { get; set; }

    /// <summary>What came back, until it is looked at.</summary>
    public PutResult? Result { get; set; }

    /// <summary>The sequence number found, until it is looked at.</summary>
    public long? FoundSequence { get; set; }

    public void Dispose() => Keys.Dispose();
}
