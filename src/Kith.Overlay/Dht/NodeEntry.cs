using System.Runtime.InteropServices;
using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>A node in the routing table: 48 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = sizeof(ushort))]
internal struct NodeEntry
{
    /// <summary>Failures in a row that make a node bad (BEP 5: "multiple queries in a row").</summary>
    public const int BadFailures = 2;

    public NodeId Id;
    public Endpoint Endpoint;

    /// <summary>When it last answered or, once it has, asked: unix seconds.</summary>
    public uint HeardAt;

    /// <summary>Milliseconds of its last answer.</summary>
    public ushort RoundTrip;

    /// <summary>Queries in a row that it left unanswered.</summary>
    public byte Failures;

    /// <summary>A question is under way whether it still lives.</summary>
    public bool IsBeingAsked;

    public readonly bool IsBad => Failures >= BadFailures;

    /// <summary>Good in BEP 5's sense: heard from within 15 minutes.</summary>
    public readonly bool IsGood(uint seconds) => Failures == 0 && seconds - HeardAt < RoutingTable.GoodSeconds;
}
