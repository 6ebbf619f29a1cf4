using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Tests.Tor;
using Kith.Transport.Tor;
using Kith.Transport.Tor.Socks;

namespace Kith.Bench;

/// <summary>Messages over a session through a private Tor network, between the onion services of two processes; beside a bare echo on the same circuit, message by message in turns.</summary>
internal sealed class OnionBenchmark : IBenchmark
{
    private const int Messages = 500;
    private const int WarmUp = 20;
    private const int Shortest = 50;
    private const int Longest = 500;
    private static readonly StreamKind Kind = new(0x7002);

    public string Work => "500 messages one after the other between two processes over a session through a private Tor network, and until the first from when both tors are up; beside a bare echo over the same two onion services. With --messages N so many";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        var messages = int.TryParse(arguments.SkipWhile(argument => argument != "--messages").Skip(1).FirstOrDefault(), out var asked) ? asked : Messages;
        using var folder = new TemporaryFolder();
        BenchmarkOutput.Say("a private Tor network");
        var began = Stopwatch.GetTimestamp();
        await using var network = await TorNetwork.StartAsync();
        var networkUp = Stopwatch.GetElapsedTime(began);
        foreach (var name in (string[])["here", "there"])
        {
            Directory.CreateDirectory(folder[name]);
            await File.WriteAllLinesAsync(Path.Combine(folder[name], "client.torrc"), network.ClientLines);
        }

        BenchmarkOutput.Say("two nodes with onion services");
        began = Stopwatch.GetTimestamp();
        await using var child = ChildProcess.Start("onion", folder["there"]);
        await using var here = await OnionEnd.StartAsync(folder["here"], new IPEndPoint(IPAddress.Loopback, 9));
        var line = (await child.ReadLineAsync()).Split(' ');
        if (!NodeAddress.TryParse(line[0], out var address) || !X25519PublicKey.TryParse(Convert.FromHexString(line[1]), out var peer))
            throw new InvalidOperationException("the second process gave no address and key");
        await here.Tor.WaitReadyAsync();
        var torUp = Stopwatch.GetElapsedTime(began);

        BenchmarkOutput.Say("messages");
        began = Stopwatch.GetTimestamp();
        await using var session = await ConnectAsync(here, address!, peer);
        await using var stream = await session.OpenStreamAsync(Kind);
        var buffer = new byte[Longest];
        await EchoAsync(stream, buffer.AsMemory(0, Shortest));
        var first = Stopwatch.GetElapsedTime(began);
        using var bare = await SocksDial.ConnectAsync(here.Tor.Socks!, address!.Host + OnionAddress.Suffix, OnionEnd.BarePort, here.Carrier.IsolationOf(address, peer), null, CancellationToken.None);
        bare.NoDelay = true;
        var (ours, theirs) = await InTurnsAsync(stream, bare, messages);
        output.Summarise(new JsonObject
        {
            ["bench"] = "onion",
            ["messages"] = messages,
            ["networkUp"] = Samples.Round(networkUp.TotalMilliseconds),
            ["torUp"] = Samples.Round(torUp.TotalMilliseconds),
            ["first"] = Samples.Round(first.TotalMilliseconds),
            ["mean"] = Samples.Round(ours.Mean),
            ["median"] = Samples.Round(ours.Median),
            ["p99"] = Samples.Round(ours.P99),
            ["bareMedian"] = Samples.Round(theirs.Median),
            ["bareP99"] = Samples.Round(theirs.P99),
            ["ratio"] = Samples.Round(ours.Median / theirs.Median),
        });
    }

    /// <summary>The second process: says its address and key when its tor is up, and echoes on the first stream of the first session and on one bare connection.</summary>
    public static async Task<int> ServeAsync(string folder)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var end = await OnionEnd.StartAsync(folder, (IPEndPoint)listener.LocalEndpoint);
        await end.Tor.WaitReadyAsync();
        Console.WriteLine($"{end.Service.Address} {Convert.ToHexStringLower(end.Key.ToArray())}");
        var echoes = Task.WhenAny(Task.Run(() => EchoSessionAsync(end.Listener)), Task.Run(() => EchoBareAsync(listener)));
        await Console.In.ReadLineAsync();
        _ = echoes;
        return 0;
    }

    // The service may not be published yet: tried again at once, as somebody's contact does.
    private static async Task<ISession> ConnectAsync(OnionEnd here, NodeAddress address, X25519PublicKey peer)
    {
        while (true)
        {
            try
            {
                return await here.Carrier.ConnectAsync([address], peer);
            }
            catch (SessionException error) when (error.Code == SessionErrorCode.Unreachable)
            {
                BenchmarkOutput.Say(error.Close.Reason);
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    // In turns, the first of each pair alternating: what Tor and the machine do meanwhile falls on both.
    private static async Task<(Samples Ours, Samples Theirs)> InTurnsAsync(IStream stream, Socket bare, int messages)
    {
        var (ours, theirs) = (new Samples(), new Samples());
        var buffer = new byte[Longest];
        for (var i = -WarmUp; i < messages; i++)
        {
            var message = buffer.AsMemory(0, Shortest + ((Longest - Shortest) * Math.Max(i, 0) / messages));
            foreach (var isOurs in (bool[])[i % 2 == 0, i % 2 != 0])
            {
                var started = Stopwatch.GetTimestamp();
                await (isOurs ? EchoAsync(stream, message) : EchoAsync(bare, message));
                if (i >= 0)
                    (isOurs ? ours : theirs).Add(started);
            }
        }

        return (ours, theirs);
    }

    private static async Task EchoAsync(IStream stream, ReadOnlyMemory<byte> message)
    {
        await stream.Output.WriteAsync(message);
        var read = await stream.Input.ReadAtLeastAsync(message.Length);
        stream.Input.AdvanceTo(read.Buffer.End);
    }

    private static async Task EchoAsync(Socket bare, Memory<byte> message)
    {
        await bare.SendAsync(message);
        for (var left = message; !left.IsEmpty;)
            left = left[await bare.ReceiveAsync(left)..];
    }

    private static async Task EchoSessionAsync(IListener listener)
    {
        await using var session = await listener.Sessions.ReadAsync();
        await foreach (var stream in session.AcceptStreamsAsync())
        {
            while (true)
            {
                var read = await stream.Input.ReadAsync();
                foreach (var part in read.Buffer)
                    await stream.Output.WriteAsync(part);
                stream.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }
    }

    private static async Task EchoBareAsync(TcpListener listener)
    {
        using var bare = await listener.AcceptSocketAsync();
        bare.NoDelay = true;
        var buffer = new byte[Longest];
        int count;
        while ((count = await bare.ReceiveAsync(buffer)) > 0)
            await bare.SendAsync(buffer.AsMemory(0, count));
    }
}
