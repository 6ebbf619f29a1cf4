using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>What became of asking for a circuit.</summary>
/// <param name="Path">The circuit as an endpoint of the node's UDP port: what is sent there goes through the relay. Null when there is none.</param>
/// <param name="Refusal">Why there is none; <see cref="RelayRefusal.None"/> when there is one.</param>
public sealed record CircuitResult(Endpoint? Path, RelayRefusal Refusal);
