using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Kith.Bench;

/// <summary>
/// What a messenger is compared to: an echo over TLS 1.3 on TCP between two processes, bare; and the same with each side appending the message to a file
/// and calling fdatasync first, the limit of anything that commits before it acknowledges.
/// </summary>
internal static class TlsEcho
{
    /// <summary>The median round trip over the given message sizes, in milliseconds.</summary>
    public static async Task<double> MedianAsync(IReadOnlyList<int> sizes, string? journalFolder)
    {
        await using var child = ChildProcess.Start("tls-echo", journalFolder is null ? [] : [Path.Combine(journalFolder, "echo-server.log")]);
        var port = int.Parse(await child.ReadLineAsync());
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(client.GetStream(), false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "kith", EnabledSslProtocols = SslProtocols.Tls13 });
        using var journal = Journal.Open(journalFolder is null ? null : Path.Combine(journalFolder, "echo-client.log"));

        var buffer = new byte[4 + sizes.Max()];
        foreach (var size in sizes)
            await EchoAsync(tls, journal, buffer, size);
        var samples = new Samples();
        foreach (var size in sizes)
        {
            var started = Stopwatch.GetTimestamp();
            await EchoAsync(tls, journal, buffer, size);
            samples.Add(started);
        }

        return samples.Median;
    }

    /// <summary>The second process: prints its port and echoes until its input closes.</summary>
    public static async Task<int> ServeAsync(string? journalPath)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        using var client = await listener.AcceptTcpClientAsync();
        client.NoDelay = true;
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TlsCertificate.SelfSigned(), EnabledSslProtocols = SslProtocols.Tls13 });
        using var journal = Journal.Open(journalPath);
        var buffer = new byte[1 << 16];
        try
        {
            while (true)
            {
                await tls.ReadExactlyAsync(buffer.AsMemory(0, 4));
                var size = BitConverter.ToInt32(buffer);
                await tls.ReadExactlyAsync(buffer.AsMemory(4, size));
                journal.Append(buffer.AsSpan(4, size));
                await tls.WriteAsync(buffer.AsMemory(0, 4 + size));
            }
        }
        catch (EndOfStreamException)
        {
            return 0;
        }
    }

    private static async Task EchoAsync(SslStream tls, Journal journal, byte[] buffer, int size)
    {
        BitConverter.TryWriteBytes(buffer, size);
        journal.Append(buffer.AsSpan(4, size));
        await tls.WriteAsync(buffer.AsMemory(0, 4 + size));
        await tls.ReadExactlyAsync(buffer.AsMemory(0, 4 + size));
    }

    /// <summary>Appends and syncs, or does nothing when there is no file.</summary>
    private sealed class Journal(FileStream? file) : IDisposable
    {
        public static Journal Open(string? path) => new(path is null ? null : new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0));

        public void Append(ReadOnlySpan<byte> message)
        {
            if (file is null)
                return;
            file.Write(message);
            if (NativeFile.DataSync(file.SafeFileHandle) != 0)
                throw new IOException("fdatasync failed");
        }

        public void Dispose() => file?.Dispose();
    }
}
