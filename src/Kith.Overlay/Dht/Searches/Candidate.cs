using System.Runtime.InteropServices;
using Kith.Wire;

namespace Kith.Overlay.Dht.Searches;

/// <summary>How far a search has come with a node.</summary>
internal enum CandidateState : byte
{
    /// <summary>Not asked yet.</summary>
    Fresh,

    /// <summary>Asked.</summary>
    Asked,

    /// <summary>Asked, and silent for longer than is usual: others are asked beside it.</summary>
    Stalled,

    /// <summary>Silent for twice as long: the search ends without it. An answer still counts.</summary>
    GivenUp,

    /// <summary>It answered.</summary>
    Answered,

    /// <summary>It never answered, refused, or lied.</summary>
    Failed,
}

/// <summary>A node that a search knows of.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Candidate
{
    public NodeId Id;
    public Endpoint Endpoint;
    public CandidateState State;
    public byte Path;

    /// <summary>Nodes between it and us, itself counted.</summary>
    public byte Depth;

    /// <summary>Asked for the nodes it knows, but never in charge of anything: its id is none that it may have (BEP 42).</summary>
    public bool IsUnfit;

    /// <summary>Its last round trip in milliseconds, or null.</summary>
    public ushort? RoundTrip;

    /// <summary>Milliseconds after which it has stalled.</summary>
    public int Stall;

    /// <summary>When its state changes by itself.</summary>
    public long Until;
    public byte[]? Token;
}
