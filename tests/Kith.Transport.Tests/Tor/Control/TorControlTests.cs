#pragma warning disable RS0030 // a raw socket plays Tor

using System.Net;
using System.Net.Sockets;
using Kith.Transport.Tor.Control;

namespace Kith.Transport.Tests.Tor.Control;

public sealed class TorControlTests
{
    [Fact(Timeout = 30_000)]
    public async Task LongEvents_AreNotKept()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using var port = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var control = new TorControl(client.GetStream(), TimeProvider.System);
        await port.GetStream().WriteAsync("650+ONE\r\na block\r\n.\r\n650 OK\r\n650-TWO\r\n650 lines\r\n650 STATUS_CLIENT NOTICE\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("STATUS_CLIENT NOTICE", (await control.Events.ReadAsync(TestContext.Current.CancellationToken)).Lines[0]);
        Assert.False(control.Events.TryRead(out _));
    }
}
