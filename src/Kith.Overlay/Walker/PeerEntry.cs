using Kith.Wire;

namespace Kith.Overlay.Walker;

/// <summary>A peer as one message names it: <c>address</c>, <c>port</c> and perhaps <c>peer_id</c>.</summary>
/// <param name="address">Where it is.</param>
/// <param name="peerId">What it calls itself; empty when not said, or said in a form that nobody may pass on.</param>
internal readonly ref struct PeerEntry(Endpoint address, ReadOnlySpan<byte> peerId)
{
    /// <summary>Where it is.</summary>
    public Endpoint Address { get; } = address;

    /// <summary>What it calls itself; may be empty.</summary>
    public ReadOnlySpan<byte> PeerId { get; } = peerId;
}
