using System.Buffers;
using System.Diagnostics;
using System.Net;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Tcp;
using Kith.Transport.Udp;

namespace Kith.Bench;

/// <summary>One stream of a session between two processes, until the receiver says that it has all of it.</summary>
internal static class SessionTransfer
{
    private const int Block = 64 * 1024;
    private static readonly StreamKind Kind = new(0x7001);

    /// <summary>Bytes a second over a carrier, "tcp" or "udp".</summary>
    public static async Task<double> MeasureAsync(string carrierName, long bytes)
    {
        await using var child = ChildProcess.Start("session-transfer", carrierName);
        var line = (await child.ReadLineAsync()).Split(' ');
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var carrier = Carrier(carrierName, key);
        if (!NodeAddress.TryParse(line[0], out var address) || !X25519PublicKey.TryParse(Convert.FromHexString(line[1]), out var peer))
            throw new InvalidOperationException("the second process gave no address and key");
        await using var session = await carrier.ConnectAsync([address!], peer);
        await using var stream = await session.OpenStreamAsync(Kind);
        var block = new byte[Block];
        var started = Stopwatch.GetTimestamp();
        BitConverter.TryWriteBytes(block, bytes);
        await stream.Output.WriteAsync(block.AsMemory(0, sizeof(long)));
        for (var left = bytes; left > 0; left -= Block)
            await stream.Output.WriteAsync(block.AsMemory(0, (int)Math.Min(left, Block)));
        _ = await stream.Input.ReadAsync();
        return bytes / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>The second process: prints its address and key, takes what comes and answers with a byte.</summary>
    public static async Task<int> ReceiveAsync(string carrierName)
    {
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        await using var listener = await Carrier(carrierName, key).ListenAsync(new IPEndPoint(IPAddress.Loopback, 0));
        Console.WriteLine($"{listener.LocalEndPoint} {Convert.ToHexStringLower(key.PublicKey.ToArray())}");
        await using var session = await listener.Sessions.ReadAsync();
        await foreach (var stream in session.AcceptStreamsAsync())
        {
            if (!await TakeAsync(stream))
                return 1;
            await stream.Output.WriteAsync(new byte[1]);
            break;
        }

        // Off the session's own thread: reading a line blocks.
        await Task.Yield();
        await Console.In.ReadLineAsync();
        return 0;
    }

    private static async Task<bool> TakeAsync(IStream stream)
    {
        long? left = null;
        while (left is null or > 0)
        {
            var read = await stream.Input.ReadAsync();
            var taken = read.Buffer.Start;
            if (left is null && read.Buffer.Length >= sizeof(long))
            {
                left = BitConverter.ToInt64(read.Buffer.Slice(0, sizeof(long)).ToArray());
                left -= read.Buffer.Length - sizeof(long);
                taken = read.Buffer.End;
            }
            else if (left is not null)
            {
                left -= read.Buffer.Length;
                taken = read.Buffer.End;
            }

            stream.Input.AdvanceTo(taken, read.Buffer.End);
            if (read.IsCompleted)
                return left <= 0;
        }

        return true;
    }

    // It lives as long as the process.
    private static UdpPort OpenPort()
    {
        var port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        port.Start();
        return port;
    }

    private static ICarrier Carrier(string name, X25519PrivateKey key)
    {
        var identity = new TransportIdentity(key, null, SystemRandom.Instance);
        return name switch
        {
            "tcp" => new TcpCarrier(identity, TimeProvider.System),
            "udp" => new UdpCarrier(OpenPort(), identity, TimeProvider.System),
            _ => throw new ArgumentException($"there is no carrier {name}", nameof(name)),
        };
    }
}
