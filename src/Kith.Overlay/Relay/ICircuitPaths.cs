using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>Where the ends of circuits become endpoints that sessions can use. Called while the core works: each call returns at once.</summary>
internal interface ICircuitPaths
{
    /// <summary>A circuit is there; gives the endpoint that stands for it.</summary>
    Endpoint Add(CircuitEnd end);

    /// <summary>It is there no more.</summary>
    void Remove(Endpoint path, RelayRefusal why);
}
