using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Kith.Bench;

/// <summary>One stream over TLS 1.3 on TCP between two processes, until the receiver says that it has all of it.</summary>
internal static class TlsTransfer
{
    private const int Block = 64 * 1024;

    /// <summary>Bytes a second.</summary>
    public static async Task<double> MeasureAsync(long bytes)
    {
        await using var child = ChildProcess.Start("tls-transfer");
        var port = int.Parse(await child.ReadLineAsync());
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(client.GetStream(), false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "kith", EnabledSslProtocols = SslProtocols.Tls13 });
        var block = new byte[Block];
        var started = Stopwatch.GetTimestamp();
        BitConverter.TryWriteBytes(block, bytes);
        await tls.WriteAsync(block.AsMemory(0, sizeof(long)));
        for (var left = bytes; left > 0; left -= Block)
            await tls.WriteAsync(block.AsMemory(0, (int)Math.Min(left, Block)));
        await tls.ReadExactlyAsync(block.AsMemory(0, 1));
        return bytes / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>The second process: prints its port, takes what comes and answers with a byte.</summary>
    public static async Task<int> ReceiveAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        using var client = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TlsCertificate.SelfSigned(), EnabledSslProtocols = SslProtocols.Tls13 });
        var block = new byte[Block];
        await tls.ReadExactlyAsync(block.AsMemory(0, sizeof(long)));
        var left = BitConverter.ToInt64(block);
        while (left > 0)
        {
            var count = await tls.ReadAsync(block);
            if (count == 0)
                return 1;
            left -= count;
        }

        await tls.WriteAsync(block.AsMemory(0, 1));
        await Console.In.ReadLineAsync();
        return 0;
    }
}
