using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>Takes the datagrams of a <see cref="UdpPort"/> that begin with the bytes it is registered for.</summary>
public interface IDatagramTaker
{
    /// <summary>Takes a datagram, on the thread that received it: at once and without an exception, as the next one waits.</summary>
    /// <param name="from">Where it says that it comes from.</param>
    /// <param name="datagram">All of it, never empty; good until the call returns.</param>
    void Take(Endpoint from, ReadOnlySpan<byte> datagram);
}
