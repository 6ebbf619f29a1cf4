using Kith.Overlay;
using Kith.Wire;

namespace Kith.Simulation.Nat;

/// <summary>Where the datagrams of a node that lies about others' NATs go: what it says of where it sees them is false, and it sends no probes and has none sent.</summary>
internal sealed class LyingSink(IDatagramSink honest, Func<int> port) : IDatagramSink
{
    public int Told { get; private set; }

    public void Send(Endpoint to, ReadOnlySpan<byte> datagram)
    {
        // The port that it sees of us: six bytes behind "seen", of which the last two are the port (docs/protocol/nat.md).
        var key = "4:seen6:"u8;
        if (datagram.IndexOf("3:nati4e"u8) >= 0 || datagram.IndexOf("3:nati3e"u8) >= 0)
            return;
        var at = datagram.IndexOf(key);
        if (at < 0)
        {
            honest.Send(to, datagram);
            return;
        }

        Told++;
        var lie = datagram.ToArray();
        var number = port();
        lie[at + key.Length + 4] = (byte)(number >> 8);
        lie[at + key.Length + 5] = (byte)number;
        honest.Send(to, lie);
    }
}
