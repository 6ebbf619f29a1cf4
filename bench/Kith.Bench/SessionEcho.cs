using System.Buffers;
using System.Diagnostics;
using System.Net;
using Kith.Transport;

namespace Kith.Bench;

/// <summary>An echo over a session between two processes, as <see cref="TlsEcho"/> is over TLS: what a carrier alone costs a message.</summary>
internal static class SessionEcho
{
    private static readonly StreamKind Kind = new(0x7002);

    /// <summary>The median round trip over the given message sizes, in milliseconds, after as many to warm up.</summary>
    public static async Task<double> MedianAsync(string carrierName, IReadOnlyList<int> sizes)
    {
        await using var end = await SessionEnd.ConnectAsync("session-echo", carrierName);
        await using var stream = await end.Session.OpenStreamAsync(Kind);
        var buffer = new byte[sizes.Max()];
        foreach (var size in sizes)
            await EchoAsync(stream, buffer.AsMemory(0, size));
        var samples = new Samples();
        foreach (var size in sizes)
        {
            var started = Stopwatch.GetTimestamp();
            await EchoAsync(stream, buffer.AsMemory(0, size));
            samples.Add(started);
        }

        return samples.Median;
    }

    /// <summary>The second process: sends back what comes.</summary>
    public static Task<int> ServeAsync(string carrierName) => SessionEnd.ServeAsync(carrierName, IPAddress.Loopback, async stream =>
    {
        while (true)
        {
            var read = await stream.Input.ReadAsync();
            foreach (var part in read.Buffer)
                stream.Output.Write(part.Span);
            stream.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
            await stream.Output.FlushAsync();
        }
    });

    private static async Task EchoAsync(IStream stream, ReadOnlyMemory<byte> message)
    {
        await stream.Output.WriteAsync(message);
        var read = await stream.Input.ReadAtLeastAsync(message.Length);
        stream.Input.AdvanceTo(read.Buffer.End);
    }
}
