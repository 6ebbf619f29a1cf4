using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Transport.PortMapping;

namespace Kith.Transport.Tests.PortMapping;

/// <summary>A router on loopback that answers datagrams as the test says.</summary>
internal sealed class FakeRouter : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<byte[], IEnumerable<byte[]>> _answer;
    private readonly Task _serving;

    /// <param name="answer">What it answers to a datagram.</param>
    public FakeRouter(Func<byte[], IEnumerable<byte[]>> answer)
    {
        _answer = answer;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Exchange = new GatewayExchange((IPEndPoint)_socket.LocalEndPoint!, IPAddress.Loopback, TimeProvider.System);
        _serving = ServeAsync();
    }

    public GatewayExchange Exchange { get; }

    public List<byte[]> Heard { get; } = [];

    public PcpRouter Pcp() => new(Exchange, SystemRandom.Instance, TimeProvider.System);

    public NatPmpRouter NatPmp() => new(Exchange, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _socket.Dispose();
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                var request = buffer[..received.ReceivedBytes];
                lock (Heard)
                    Heard.Add(request);
                foreach (var answer in _answer(request))
                    await _socket.SendToAsync(answer, SocketFlags.None, received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
