using System.Text;
using System.Threading.Channels;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tests.Udp;

/// <summary>Keeps what it is given.</summary>
internal sealed class RecordingTaker : IDatagramTaker
{
    private readonly Channel<(Endpoint From, byte[] Datagram)> _taken = Channel.CreateUnbounded<(Endpoint, byte[])>();

    public int MaxDatagram { get; init; } = UdpPort.MaxDatagram;

    public int Count => _taken.Reader.Count;

    public void Take(Endpoint from, ReadOnlySpan<byte> datagram) => _taken.Writer.TryWrite((from, datagram.ToArray()));

    public async Task<(Endpoint From, byte[] Datagram)> NextAsync() => await _taken.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async Task<string> NextTextAsync() => Encoding.UTF8.GetString((await NextAsync()).Datagram);
}
