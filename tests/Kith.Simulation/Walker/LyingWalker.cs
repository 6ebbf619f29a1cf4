using Kith.Overlay;
using Kith.Overlay.Walker;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Walker;

/// <summary>A walker that tells everybody that they are somewhere else: it does what an honest one does, but the <c>destination</c> of its messages is false.</summary>
internal sealed class LyingWalker : IDatagramCore, IDatagramSink
{
    private readonly SimulatedNode _node;
    private readonly Func<Endpoint> _falseAddress;

    public LyingWalker(SimulatedNode node, Func<Endpoint> falseAddress)
    {
        _node = node;
        _falseAddress = falseAddress;
        Honest = new WalkerCore(new WalkerOptions(new OwnNetworks([node.Address])), this, node.Random);
    }

    public WalkerCore Honest { get; }

    public int Told { get; private set; }

    public long NextDeadline => Honest.NextDeadline;

    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram) => Honest.Receive(now, from, datagram);

    public void Tick(long now) => Honest.Tick(now);

    public void Send(Endpoint to, ReadOnlySpan<byte> datagram)
    {
        var key = "11:destinationd"u8;
        var at = datagram.IndexOf(key);
        if (at < 0)
        {
            _node.Send(to, datagram);
            return;
        }

        var entry = datagram[(at + key.Length)..];
        var rest = entry[(entry.IndexOf("ee"u8) + 2)..];
        var lie = _falseAddress();
        var address = lie.ToAddress().ToString();
        var text = System.Text.Encoding.ASCII.GetBytes($"7:address{address.Length}:{address}4:porti{lie.Port}ee");
        _node.Send(to, [.. datagram[..(at + key.Length)], .. text, .. rest]);
        Told++;
    }
}
