using Kith.Overlay.Relay;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Host;

/// <summary>
/// The packets of circuits at a real port, past the overlay's lock: takes what begins with <see cref="RelayLimits.DataByte"/> and passes it on at once, on the thread that received it, to
/// the other end or to the endpoint that stands for a circuit of ours. For several threads.
/// </summary>
/// <param name="port">The node's port.</param>
/// <param name="time">The clock of the limits.</param>
/// <param name="moved">Told of a packet that came from another address than its circuit's end.</param>
internal sealed class RelayTraffic(UdpPort port, TimeProvider time, Action<Endpoint, ulong> moved) : IDatagramTaker, ICircuitPaths
{
    private CircuitTable? _table;

    /// <summary>The circuits that there are; another one when the overlay begins anew.</summary>
    public CircuitTable? Table
    {
        get => Volatile.Read(ref _table);
        set => Volatile.Write(ref _table, value);
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public void Take(Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (Table is not { } table || datagram.Length > RelayLimits.DataHeaderSize + RelayLimits.MaxPacket)
            return;
        Span<byte> packet = stackalloc byte[RelayLimits.DataHeaderSize + RelayLimits.MaxPacket];
        packet = packet[..datagram.Length];
        datagram.CopyTo(packet);
        switch (table.Take(Now, from, packet, out var to))
        {
            case PacketFate.Forward:
                port.Send(to, packet);
                break;
            case PacketFate.Deliver:
                port.DeliverFrom(to, packet[RelayLimits.DataHeaderSize..]);
                break;
            case PacketFate.Moved:
                moved(from, CircuitTable.IdOf(packet));
                break;
            case PacketFate.Dropped:
            default:
                break;
        }
    }

    public Endpoint Add(CircuitEnd end) => port.AddPath(new CircuitPath(this, end));

    public void Remove(Endpoint path, RelayRefusal why) => port.RemovePath(path, why == RelayRefusal.TurnedOff);

    private bool TrySend(CircuitEnd end, ReadOnlySpan<byte> packet)
    {
        if (packet.Length > RelayLimits.MaxPacket || Table?.TryUse(Now, end) != true)
            return false;
        Span<byte> wrapped = stackalloc byte[RelayLimits.DataHeaderSize + RelayLimits.MaxPacket];
        port.Send(end.Relay, end.Wrap(packet, wrapped));
        return true;
    }

    /// <summary>A circuit of ours as a path of the port.</summary>
    private sealed class CircuitPath(RelayTraffic traffic, CircuitEnd end) : IVirtualPath
    {
        public PathKind Kind => PathKind.Relay;

        public int MaxDatagram => RelayLimits.MaxPacket;

        public string Describe() => $"relay {end.Relay}";

        public bool TrySend(ReadOnlySpan<byte> datagram) => traffic.TrySend(end, datagram);
    }
}
