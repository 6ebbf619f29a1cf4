using Kith.Overlay.Dht;
using Kith.Overlay.Rendezvous;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Overlay.Tests.Rendezvous;

/// <summary>A node of the DHT that publishes and finds: for the simulated network.</summary>
internal sealed class FindingCore : IDatagramCore
{
    private bool _knowsItsAddress;
    private long _now;

    public FindingCore(SimulatedNode node)
    {
        Dht = new DhtCore(new DhtOptions(), node, node.Random);
        Dht.AddressReported = (_, seen) => Learn(seen);
        Rendezvous = new RendezvousCore(new DhtItems(Dht), node.Random);
    }

    public DhtCore Dht { get; }

    public RendezvousCore Rendezvous { get; }

    public long NextDeadline => Math.Min(Dht.NextDeadline, Rendezvous.NextDeadline);

    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        _now = now;
        Dht.Receive(now, from, datagram);
    }

    public void Tick(long now)
    {
        _now = now;
        if (Dht.NextDeadline <= now)
            Dht.Tick(now);
        if (Rendezvous.NextDeadline <= now)
            Rendezvous.Tick(now);
    }

    public void Moved() => _knowsItsAddress = false;

    private void Learn(Endpoint seen)
    {
        if (_knowsItsAddress)
            return;
        _knowsItsAddress = true;
        Dht.SetExternalAddress(_now, seen);
    }
}
