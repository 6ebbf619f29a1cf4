using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>Takes the datagrams of a <see cref="UdpPort"/> that begin with the bytes it is registered for.</summary>
public interface IDatagramTaker
{
    /// <summary>The longest datagram that it takes, bytes, asked when it is registered; longer ones are dropped and counted.</summary>
    int MaxDatagram => UdpPort.MaxDatagram;

    /// <summary>Takes a datagram, on the thread that received it: at once and without an exception, as the next one waits.</summary>
    /// <param name="from">Where it says that it comes from.</param>
    /// <param name="datagram">All of it, never empty; good until the call returns.</param>
    void Take(Endpoint from, ReadOnlySpan<byte> datagram);

    /// <summary>Takes datagrams that came together, as <see cref="Take"/> does each of them.</summary>
    /// <param name="from">Where all of them say that they come from.</param>
    /// <param name="datagrams">One behind the other, in the order in which they came.</param>
    /// <param name="size">The size of each; only the last one may be shorter.</param>
    void TakeMany(Endpoint from, ReadOnlySpan<byte> datagrams, int size)
    {
        for (; datagrams.Length > size; datagrams = datagrams[size..])
            Take(from, datagrams[..size]);
        Take(from, datagrams);
    }
}
