using Kith.Overlay.Swarm;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Host;

/// <summary>Where all the cores' datagrams go: counts them, seals them in a private swarm, and lets nothing leave the networks that we may send to.</summary>
internal sealed class SealingSink(IDatagramSink port, SwarmSeal? seal, Reachability reachability) : IDatagramSink
{
    private readonly byte[] _sealed = new byte[seal is null ? 0 : MaxSealed];

    /// <summary>The longest datagram that is sealed, bytes.</summary>
    private const int MaxSealed = 4096;

    /// <summary>When it is, unix milliseconds.</summary>
    public long Now { get; set; }

    /// <summary>Bytes sent.</summary>
    public long BytesOut { get; private set; }

    /// <summary>The networks that we are on.</summary>
    public OwnNetworks Networks { get; set; } = OwnNetworks.Unknown;

    public void Send(Endpoint to, ReadOnlySpan<byte> datagram)
    {
        // The cores ask before they follow an address; this is the last door, past which nothing goes to the wrong place.
        if (!Networks.MayAnswer(to))
            return;
        if (seal is not null)
        {
            var length = seal.Seal(Now, to, datagram, _sealed);
            datagram = _sealed.AsSpan(0, length);
        }

        if (datagram.IsEmpty)
            return;
        if (!Networks.AreLifted(to) && !UdpPort.IsVirtual(to))
            reachability.Sent(Now, to);
        BytesOut += datagram.Length;
        port.Send(to, datagram);
    }

    /// <summary>Sends what is not the overlay's own form, and is never sealed: a probe, which bears a key of its own.</summary>
    public void SendPlain(Endpoint to, ReadOnlySpan<byte> datagram)
    {
        if (!Networks.MayContact(to))
            return;
        if (!Networks.AreLifted(to))
            reachability.Sent(Now, to);
        BytesOut += datagram.Length;
        port.Send(to, datagram);
    }

    /// <summary>Seals a datagram for the local network's group.</summary>
    public ReadOnlySpan<byte> ForGroup(ReadOnlySpan<byte> datagram)
    {
        if (seal is null)
            return datagram;
        return _sealed.AsSpan(0, seal.Seal(Now, default, datagram, _sealed));
    }
}
