using System.Buffers.Binary;
using Kith.Overlay;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.NetworkTests;

/// <summary>Keeps what it gets.</summary>
internal sealed class ListeningCore : IDatagramCore
{
    public long NextDeadline => long.MaxValue;

    public List<(long At, Endpoint From, byte[] Datagram)> Heard { get; } = [];

    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram) => Heard.Add((now, from, datagram.ToArray()));

    public void Tick(long now)
    {
    }
}

/// <summary>Answers each datagram with itself.</summary>
internal sealed class EchoingCore(IDatagramSink sink) : IDatagramCore
{
    public long NextDeadline => long.MaxValue;

    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram) => sink.Send(from, datagram);

    public void Tick(long now)
    {
    }
}

/// <summary>Sends a datagram to a random node of a list at every interval; a datagram that arrives is passed on until it has been passed on often enough.</summary>
internal sealed class GossipingCore : IDatagramCore
{
    private const int Size = 120;
    private readonly SimulatedNode _node;
    private readonly Endpoint[] _others;
    private readonly int _interval;
    private readonly int _hops;

    public GossipingCore(SimulatedNode node, Endpoint[] others, int interval, int hops)
    {
        (_node, _others, _interval, _hops) = (node, others, interval, hops);
        NextDeadline = node.Network.Now + node.Random.NextBelow(interval);
    }

    public long NextDeadline { get; private set; }

    public int Heard { get; private set; }

    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        Heard++;
        var hops = BinaryPrimitives.ReadInt32LittleEndian(datagram);
        if (hops > 0)
            Send(hops - 1);
    }

    public void Tick(long now)
    {
        if (now < NextDeadline)
            return;
        NextDeadline = now + _interval;
        Send(_hops);
    }

    private void Send(int hops)
    {
        Span<byte> datagram = stackalloc byte[Size];
        _node.Random.Fill(datagram);
        BinaryPrimitives.WriteInt32LittleEndian(datagram, hops);
        _node.Send(_others[_node.Random.NextBelow(_others.Length)], datagram);
    }
}
