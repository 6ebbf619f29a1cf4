using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Udp;

namespace Kith.Bench;

/// <summary>Many sessions over UDP into one process, each with a stream that was used: what they take of its memory.</summary>
internal sealed class SessionsBenchmark : IBenchmark
{
    private const int Sessions = 1_000;
    private const int PerAddress = 50; // a listener takes 64 of one address
    private static readonly StreamKind Kind = new(0x7002);

    public string Work => "1,000 sessions over UDP into one process, each with an open stream: resident memory without and with them";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        await using var child = ChildProcess.Start("sessions");
        var line = (await child.ReadLineAsync()).Split(' ');
        if (!NodeAddress.TryParse(line[0], out var address) || !X25519PublicKey.TryParse(Convert.FromHexString(line[1]), out var peer))
            throw new InvalidOperationException("the second process gave no address and key");
        var before = await ResidentAsync(child);
        var callers = new List<Caller>();
        var sessions = new List<ISession>();
        try
        {
            for (var i = 0; i < Sessions / PerAddress; i++)
            {
                var caller = new Caller(IPAddress.Parse($"127.0.1.{i + 1}"));
                callers.Add(caller);
                for (var j = 0; j < PerAddress; j++)
                    sessions.Add(await OpenAsync(caller, address!, peer));
            }

            var after = await ResidentAsync(child);
            output.Summarise(new JsonObject
            {
                ["bench"] = "sessions",
                ["sessions"] = sessions.Count(session => !session.Closed.IsCompleted),
                ["emptyMiB"] = Mebi(before),
                ["withMiB"] = Mebi(after),
                ["perSessionKiB"] = Math.Round((after - before) / 1024.0 / Sessions, 1),
            });
        }
        finally
        {
            foreach (var caller in callers)
                await caller.DisposeAsync();
        }
    }

    /// <summary>The second process: takes sessions in, echoes what comes first on each one's stream, and says its resident memory when asked.</summary>
    public static async Task<int> ServeAsync()
    {
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        await using var port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        await using var carrier = new UdpCarrier(port, new TransportIdentity(key, null, SystemRandom.Instance), TimeProvider.System);
        await using var listener = await carrier.ListenAsync(new IPEndPoint(IPAddress.Loopback, port.Port));
        port.Start();
        Console.WriteLine($"{listener.LocalEndPoint} {Convert.ToHexStringLower(key.PublicKey.ToArray())}");
        var serving = Task.Run(async () =>
        {
            await foreach (var session in listener.Sessions.ReadAllAsync())
                _ = EchoAsync(session);
        });
        while (await Task.Run(Console.In.ReadLine) is not null)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Console.WriteLine(Environment.WorkingSet.ToString(CultureInfo.InvariantCulture));
        }

        await listener.DisposeAsync();
        await serving;
        return 0;
    }

    private static async Task EchoAsync(ISession session)
    {
        await foreach (var stream in session.AcceptStreamsAsync())
        {
            var read = await stream.Input.ReadAsync();
            stream.Input.AdvanceTo(read.Buffer.End);
            await stream.Output.WriteAsync(new byte[1]);
        }
    }

    private static async Task<ISession> OpenAsync(Caller caller, NodeAddress address, X25519PublicKey peer)
    {
        var session = await caller.Carrier.ConnectAsync([address], peer);
        var stream = await session.OpenStreamAsync(Kind);
        await stream.Output.WriteAsync(new byte[300]);
        var read = await stream.Input.ReadAsync();
        stream.Input.AdvanceTo(read.Buffer.End);
        return session;
    }

    private static async Task<long> ResidentAsync(ChildProcess child)
    {
        await child.Input.WriteLineAsync();
        await child.Input.FlushAsync();
        return long.Parse(await child.ReadLineAsync(), CultureInfo.InvariantCulture);
    }

    private static double Mebi(long bytes) => Math.Round(bytes / 1024.0 / 1024, 1);

    private sealed class Caller : IAsyncDisposable
    {
        private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);
        private readonly UdpPort _port;

        public Caller(IPAddress address)
        {
            _port = UdpPort.Open([address], 0, TimeProvider.System);
            Carrier = new UdpCarrier(_port, new TransportIdentity(_key, null, SystemRandom.Instance), TimeProvider.System);
            _port.Start();
        }

        public UdpCarrier Carrier { get; }

        public async ValueTask DisposeAsync()
        {
            await Carrier.DisposeAsync();
            await _port.DisposeAsync();
            _key.Dispose();
        }
    }
}
