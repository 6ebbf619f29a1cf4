using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>Takes the datagrams of <see cref="UdpExtraSocket"/>s.</summary>
public interface IExtraTaker
{
    /// <summary>Takes a datagram, on the thread that received it: at once and without an exception.</summary>
    /// <param name="socket">Which socket it came to; several may call at the same time.</param>
    /// <param name="from">Where it says that it comes from.</param>
    /// <param name="datagram">All of it, never empty; good until the call returns.</param>
    void Take(UdpExtraSocket socket, Endpoint from, ReadOnlySpan<byte> datagram);
}
