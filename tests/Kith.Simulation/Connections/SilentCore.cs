using Kith.Overlay;
using Kith.Wire;

namespace Kith.Simulation.Connections;

/// <summary>Counts what it gets and says nothing: a victim, or somebody who only injects.</summary>
internal sealed class SilentCore : IDatagramCore
{
    public long BytesHeard { get; private set; }

    public long NextDeadline => long.MaxValue;

    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram) => BytesHeard += datagram.Length;

    public void Tick(long now)
    {
    }
}
