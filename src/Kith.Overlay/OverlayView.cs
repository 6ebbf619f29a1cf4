using Kith.Overlay.Nat;
using Kith.Overlay.Relay;
using Kith.Wire;

namespace Kith.Overlay;

/// <summary>What the overlay knows of itself and its surroundings.</summary>
/// <param name="Wan">The address that the majority of those we asked sees us at; null until two agree or the only one has said so.</param>
/// <param name="Votes">The reports that count, newest first.</param>
/// <param name="Peers">The walker's peers.</param>
/// <param name="Active">Peers heard from within the time-out.</param>
/// <param name="Connectable">Those among them that answered or were reached without a puncture.</param>
/// <param name="Entries">The ways in, those that worked first.</param>
/// <param name="Nodes">Nodes in the DHT's routing table.</param>
/// <param name="Depth">k-buckets in use.</param>
/// <param name="Stored">Items kept for others.</param>
/// <param name="BytesIn">Bytes received since the start.</param>
/// <param name="BytesOut">Bytes sent since the start.</param>
/// <param name="IsReadOnly">Whether others are told not to ask us (BEP 43).</param>
public sealed record OverlayView(
    Endpoint? Wan,
    IReadOnlyList<WanReport> Votes,
    IReadOnlyList<OverlayPeer> Peers,
    int Active,
    int Connectable,
    IReadOnlyList<EntryView> Entries,
    int Nodes,
    int Depth,
    int Stored,
    long BytesIn,
    long BytesOut,
    bool IsReadOnly)
{
    /// <summary>Whether nodes that we never sent to can reach us; null while not known.</summary>
    public bool? Reachable { get; init; }

    /// <summary>What stands between this node and the internet.</summary>
    public NatView Nat { get; init; } = NatView.Nothing;

    /// <summary>Relays: what is agreed to, and what is going on.</summary>
    public RelayView Relay { get; init; } = RelayView.Nothing;

    /// <summary>Where we are reached through introducers, best first, <c>via/HOST:PORT/HANDLE</c> each: to be published beside our own addresses. They last for this run at most.</summary>
    public IReadOnlyList<string> Via { get; init; } = [];

    /// <summary>What is wrong with the whole of it, one sentence; null when nothing is.</summary>
    public string? Problem { get; init; }
}

/// <summary>What one peer says our address is.</summary>
public sealed record WanReport(Endpoint By, Endpoint Seen, long At);

/// <summary>A peer of the walker.</summary>
/// <param name="Id">What it calls itself.</param>
/// <param name="Address">Where its datagrams come from.</param>
/// <param name="Incoming">Whether it came to us first.</param>
/// <param name="Connectable">Whether it can be reached from outside; null when not known.</param>
/// <param name="LastSeen">Unix milliseconds.</param>
/// <param name="RoundTrip">Milliseconds, or null until measured.</param>
/// <param name="Speaks">What it speaks: <c>kith</c>, or <c>app-to-app</c> for a peer of the four messages alone.</param>
public sealed record OverlayPeer(string Id, Endpoint Address, bool Incoming, bool? Connectable, long LastSeen, double? RoundTrip, string Speaks)
{
    /// <summary>Whether it says that it carries circuits of others.</summary>
    public bool ServesRelay { get; init; }
}

/// <summary>A way into the overlay and what became of it.</summary>
/// <param name="Source">Where we have it from.</param>
/// <param name="Address">HOST:PORT as given.</param>
/// <param name="State">How far it got.</param>
/// <param name="Detail">One sentence when it failed, else null.</param>
/// <param name="Elapsed">Milliseconds from the start to its answer, or null.</param>
public sealed record EntryView(EntrySource Source, string Address, EntryState State, string? Detail, long? Elapsed);

/// <summary>Where an entry point comes from.</summary>
public enum EntrySource
{
    /// <summary>A node of the last run.</summary>
    Remembered,

    /// <summary>The user named it.</summary>
    Named,

    /// <summary>A contact's address, from a link or a record.</summary>
    Contact,

    /// <summary>Heard on the local network.</summary>
    LocalNetwork,

    /// <summary>A dynamic DNS name's record.</summary>
    DynamicDns,

    /// <summary>One of mainline's routers.</summary>
    Mainline,
}

/// <summary>How far an entry point got.</summary>
public enum EntryState
{
    /// <summary>Its name is being resolved.</summary>
    Resolving,

    /// <summary>It was asked.</summary>
    Asked,

    /// <summary>It answered.</summary>
    Answered,

    /// <summary>It did not.</summary>
    Failed,
}
