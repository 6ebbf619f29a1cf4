using System.Net;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.LocalSwarm;

/// <summary>A socket that sends anything and hears whatever comes back, whatever it begins with.</summary>
internal sealed class Outsider : IDatagramTaker, IAsyncDisposable
{
    private readonly UdpPort _port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
    private readonly Action<byte[]>? _heard;
    private int _count;

    public Outsider(Action<byte[]>? heard = null)
    {
        _heard = heard;
        for (var first = 0; first < 256; first++)
            _port.Register((byte)first, this);
        _port.Start();
    }

    /// <summary>Datagrams heard.</summary>
    public int Heard => Volatile.Read(ref _count);

    /// <summary>Where it is.</summary>
    public Endpoint Endpoint => Endpoint.From(_port.LocalEndPoints[0]);

    /// <summary>Sends a datagram.</summary>
    public void Send(Endpoint to, ReadOnlySpan<byte> datagram) => _port.Send(to, datagram);

    /// <inheritdoc/>
    public void Take(Endpoint from, ReadOnlySpan<byte> datagram)
    {
        Interlocked.Increment(ref _count);
        _heard?.Invoke(datagram.ToArray());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _port.DisposeAsync();
}
