using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Kith.Transport;

namespace Kith.Bench;

/// <summary>One stream of a session between two processes, until the receiver says that it has all of it.</summary>
internal static class SessionTransfer
{
    private const int Block = 64 * 1024;
    private static readonly StreamKind Kind = new(0x7001);

    /// <summary>Bytes a second over a carrier, "tcp" or "udp".</summary>
    public static async Task<double> MeasureAsync(string carrierName, long bytes)
    {
        await using var end = await SessionEnd.ConnectAsync("session-transfer", carrierName);
        return await SendAsync(end.Session, bytes);
    }

    /// <summary>The first process, where it is another one than the benchmark: prints bytes a second. Arguments: the carrier, the own address, the other's address and key, bytes.</summary>
    public static async Task<int> RunSenderAsync(string[] arguments)
    {
        await using var end = await SessionEnd.ConnectAsync(null, arguments[0], IPAddress.Parse(arguments[1]), arguments[2], arguments[3]);
        Console.WriteLine((await SendAsync(end.Session, long.Parse(arguments[4], CultureInfo.InvariantCulture))).ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    /// <summary>The second process: takes what comes and answers with a byte.</summary>
    public static Task<int> ReceiveAsync(string carrierName, string local) => SessionEnd.ServeAsync(carrierName, IPAddress.Parse(local), async stream =>
    {
        if (await TakeAsync(stream))
            await stream.Output.WriteAsync(new byte[1]);
    });

    private static async Task<double> SendAsync(ISession session, long bytes)
    {
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
}
