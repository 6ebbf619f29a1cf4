using System.Buffers.Binary;
using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>What <see cref="CircuitTable.Take"/> found a data packet to be.</summary>
internal enum PacketFate
{
    /// <summary>Nobody's, over a limit, or of a kind that circuits do not carry: dropped.</summary>
    Dropped,

    /// <summary>For the other end, wherever that is; the id has been changed.</summary>
    Forward,

    /// <summary>For a session of ours.</summary>
    Deliver,

    /// <summary>Of a circuit of ours, but from another address than its end is kept at: that address is told, the packet dropped.</summary>
    Moved,
}

/// <summary>
/// The circuits that packets are passed on by, carried ones and our own: the fast path beside the overlay's lock, with a lock of its own that is never held while something is sent.
/// Keeps two random ids and two addresses for each circuit carried and nothing else of what goes through. For several threads.
/// </summary>
internal sealed class CircuitTable
{
    private readonly Lock _gate = new(); // guards everything below, and what says so in ServedCircuit, ServedEnd and CircuitEnd
    private readonly Dictionary<ulong, ServedEnd> _served = [];
    private readonly Dictionary<(Endpoint Relay, ulong Id), Used> _used = [];
    private RateMeter _total = new(RelayLimits.TotalBytesPerSecond, 2L * RelayLimits.TotalBytesPerSecond);
    private long _bytes;
    private long _dropped;

    /// <summary>Bytes passed on.</summary>
    public long BytesCarried => Interlocked.Read(ref _bytes);

    /// <summary>Packets of circuits that were over a limit.</summary>
    public long PacketsDropped => Interlocked.Read(ref _dropped);

    /// <summary>The id in a data packet's header.</summary>
    public static ulong IdOf(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt64BigEndian(packet[1..]);

    /// <summary>Looks whose a data packet is. For <see cref="PacketFate.Forward"/> its id is changed in place.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="from">Where it comes from.</param>
    /// <param name="packet">All of it, with its header; of this method to write in.</param>
    /// <param name="to">Where it goes on to: the other end, or the endpoint that stands for our circuit.</param>
    public PacketFate Take(long now, Endpoint from, Span<byte> packet, out Endpoint to)
    {
        to = default;
        if (packet.Length <= RelayLimits.DataHeaderSize || packet[0] != RelayLimits.DataByte || packet.Length > RelayLimits.DataHeaderSize + RelayLimits.MaxPacket
            || !IsCarried(packet[RelayLimits.DataHeaderSize]))
            return PacketFate.Dropped;
        var id = IdOf(packet);
        lock (_gate)
        {
            if (_used.TryGetValue((from, id), out var used))
                return TakeOwn(now, used, packet.Length, out to);
            if (!_served.TryGetValue(id, out var end))
                return PacketFate.Dropped;
            if (end.At != from)
                return Misplaced(now, end);
            var circuit = end.Circuit;
            // Both directions pay from one purse, the circuit's first: one circuit over its limit costs the others nothing.
            if (!circuit.Packets.TryTake(now, 1) || !circuit.Bytes.TryTake(now, packet.Length) || !_total.TryTake(now, packet.Length))
            {
                Interlocked.Increment(ref _dropped);
                return PacketFate.Dropped;
            }

            circuit.UsedAt = now;
            to = end.Other.At;
            BinaryPrimitives.WriteUInt64BigEndian(packet[1..], end.Other.Id);
        }

        Interlocked.Add(ref _bytes, packet.Length);
        return PacketFate.Forward;
    }

    /// <summary>Carries a circuit from now on.</summary>
    public void Add(ServedCircuit circuit)
    {
        lock (_gate)
        {
            _served.Add(circuit.Caller.Id, circuit.Caller);
            _served.Add(circuit.Registrant.Id, circuit.Registrant);
        }
    }

    /// <summary>Carries it no more.</summary>
    public void Remove(ServedCircuit circuit)
    {
        lock (_gate)
        {
            _served.Remove(circuit.Caller.Id);
            _served.Remove(circuit.Registrant.Id);
        }
    }

    /// <summary>The end of a circuit carried here that has this id; null when there is none.</summary>
    public ServedEnd? Find(ulong id)
    {
        lock (_gate)
            return _served.GetValueOrDefault(id);
    }

    /// <summary>An end has proved that it is elsewhere now.</summary>
    public void Move(ServedEnd end, Endpoint to)
    {
        lock (_gate)
            end.At = to;
    }

    /// <summary>Takes packets for an own circuit from now on.</summary>
    public void Add(CircuitEnd end)
    {
        lock (_gate)
            _used.Add((end.Relay, end.Id), new Used(end));
    }

    /// <summary>Takes them no more.</summary>
    public void Remove(CircuitEnd end)
    {
        lock (_gate)
            _used.Remove((end.Relay, end.Id));
    }

    /// <summary>When something came by an own circuit last.</summary>
    public long HeardAt(CircuitEnd end)
    {
        lock (_gate)
            return end.HeardAt;
    }

    /// <summary>Something goes out by an own circuit; false when it has ended.</summary>
    public bool TryUse(long now, CircuitEnd end)
    {
        lock (_gate)
        {
            if (!_used.ContainsKey((end.Relay, end.Id)))
                return false;
            end.UsedAt = Math.Max(end.UsedAt, now);
            return true;
        }
    }

    // Sessions alone (docs/protocol/udp.md): nobody gets at the rest of the port through a relay, and no circuit leads into another.
    private static bool IsCarried(byte first) => first is >= 0x40 and <= 0x5f or >= 0xc0 and <= 0xdf;

    // Under _gate.
    private PacketFate TakeOwn(long now, Used used, int length, out Endpoint to)
    {
        to = used.End.Path;
        if (!used.Packets.TryTake(now, 1) || !used.Bytes.TryTake(now, length))
        {
            Interlocked.Increment(ref _dropped);
            return PacketFate.Dropped;
        }

        (used.End.UsedAt, used.End.HeardAt) = (now, now);
        return PacketFate.Deliver;
    }

    // Under _gate. Whoever has the id was on the path once, yet the address may be forged: it is told little and seldom.
    private static PacketFate Misplaced(long now, ServedEnd end)
    {
        if (end.MovedAt != long.MinValue && now - end.MovedAt < RelayLimits.MovedInterval)
            return PacketFate.Dropped;
        end.MovedAt = now;
        return PacketFate.Moved;
    }

    private sealed class Used(CircuitEnd end)
    {
        public CircuitEnd End { get; } = end;

        public RateMeter Bytes = new(RelayLimits.TakenBytesPerSecond, 2L * RelayLimits.TakenBytesPerSecond);

        public RateMeter Packets = new(RelayLimits.TakenPacketsPerSecond, 2L * RelayLimits.TakenPacketsPerSecond);
    }
}
