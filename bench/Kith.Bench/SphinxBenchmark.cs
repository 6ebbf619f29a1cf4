using System.Text.Json.Nodes;
using Kith.Crypto;
using Kith.Forwarding.Forwarder;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Sphinx;
using Kith.Storage.Forwarding;
using Kith.Wire;

namespace Kith.Bench;

/// <summary>What one core of a forwarder handles in a second of its time: packets whole (admitted, processed, their tags in the file, given out to be sent), and packets that it refuses; beside bare key agreements in the same run.</summary>
internal sealed class SphinxBenchmark : IBenchmark
{
    private const int Packets = 8_000;
    private const int Turns = 4; // of all kinds in turn, so that whatever else the machine does meets all
    private const int Share = Packets / Turns;
    private const int Hops = 4; // three forwarders and the one it ends at
    private const long Now = 1_790_000_000_000;

    private readonly SphinxBuilder _builder = new(SystemRandom.Instance);

    public string Work => "packets a second that one core forwards whole, refuses, makes; beside bare X25519";

    public Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        using var folder = new TemporaryFolder();
        using var seal = SecretBytes.Generate(SystemRandom.Instance, 32);
        using var store = ForwardingStore.Open(folder.Path, seal);
        using var keys = new ForwardingKeys(store, SystemRandom.Instance, Now);
        var path = PathOver(keys);
        var core = new ForwarderCore(keys, new ForwarderOptions { Rate = int.MaxValue, SourceRate = int.MaxValue });
        var (agreed, forwarded, replayed, altered, made) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        Turn(core, path, measured: false);
        for (var turn = 0; turn < Turns; turn++)
        {
            var times = Turn(core, path, measured: true);
            (agreed, forwarded, replayed, altered, made) =
                (agreed + times[0], forwarded + times[1], replayed + times[2], altered + times[3], made + times[4]);
        }

        output.Summarise(new JsonObject
        {
            ["bench"] = "sphinx",
            ["packets"] = Packets,
            ["forwarded"] = PerSecond(forwarded),
            ["replayed"] = PerSecond(replayed),
            ["altered"] = PerSecond(altered),
            ["made"] = PerSecond(made),
            ["x25519"] = PerSecond(agreed),
            // How many key agreements a packet costs in time: two are the cryptography's own.
            ["forwardedCost"] = Math.Round(forwarded / agreed, 2),
            ["replayedCost"] = Math.Round(replayed / agreed, 2),
            ["alteredCost"] = Math.Round(altered / agreed, 2),
        });
        return Task.CompletedTask;
    }

    private TimeSpan[] Turn(ForwarderCore core, PathHop[] path, bool measured)
    {
        var made = Enumerable.Range(0, Share).Select(_ => new byte[SphinxFormat.PacketSize]).ToArray();
        var making = Timed(i => _builder.TryBuildMessage(path, [], made[i]));
        var again = made.Select(packet => packet.ToArray()).ToArray();
        var altered = made.Select(packet => packet.ToArray()).ToArray();
        foreach (var packet in altered)
            packet[100] ^= 1;
        using var mine = X25519PrivateKey.Generate(SystemRandom.Instance);
        var theirs = path[0].Key;
        var shared = new byte[X25519PrivateKey.SharedSize];
        var effects = new ForwarderEffects();
        var before = core.Counts.Forwarded;
        var agreeing = Timed(_ => mine.TryAgree(theirs, shared));
        var forwarding = Timed(i => Take(core, made[i], effects));
        var replaying = Timed(i => Take(core, again[i], effects));
        var refusing = Timed(i => Take(core, altered[i], effects));
        if (measured && core.Counts.Forwarded - before != Share)
            throw new InvalidOperationException("not every packet was forwarded");
        return [agreeing, forwarding, replaying, refusing, making];
    }

    private static void Take(ForwarderCore core, byte[] packet, ForwarderEffects effects)
    {
        core.Take(Now, 1, packet, effects);
        effects.Clear();
    }

    // Time of the processor and not of the clock: one core is asked about, whoever else wants it.
    private static TimeSpan Timed(Action<int> work)
    {
        var started = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < Share; i++)
            work(i);
        return Environment.CpuUsage.TotalTime - started;
    }

    private static PathHop[] PathOver(ForwardingKeys first)
    {
        var path = new PathHop[Hops];
        for (var i = 0; i < Hops; i++)
        {
            using var other = X25519PrivateKey.Generate(SystemRandom.Instance);
            path[i] = new PathHop(HopAddress.At(Endpoint.FromIPv4((uint)i, 7300), other.PublicKey), i == 0 ? first.Public[0].Key : other.PublicKey, 0);
        }

        return path;
    }

    private static double PerSecond(TimeSpan time) => Math.Round(Packets / time.TotalSeconds);
}
