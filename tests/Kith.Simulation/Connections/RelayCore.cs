using Kith.Overlay;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Connections;

/// <summary>Carries datagrams between two endpoints: to each it looks like the other.</summary>
internal sealed class RelayCore(SimulatedNode node, Func<Endpoint> one, Func<Endpoint> other) : IDatagramCore
{
    public bool IsOn { get; set; } = true;

    public int Carried { get; private set; }

    public long NextDeadline => long.MaxValue;

    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!IsOn)
            return;
        Carried++;
        node.Send(from == one() ? other() : one(), datagram);
    }

    public void Tick(long now)
    {
    }
}
