using System.Globalization;
using Kith.Lab.Tests.Networks;

namespace Kith.Bench;

/// <summary>A stream of a session between two machines whose router loses one packet in a hundred, each way: over UDP, and over the kernel's TCP with CUBIC. Needs root.</summary>
internal sealed class LossyTransfer : IAsyncDisposable
{
    public const int LossPerMille = 10;

    private readonly LossyLink _link;

    private LossyTransfer(LossyLink link) => _link = link;

    /// <summary>Makes the network; null with a word about it where none can be made.</summary>
    public static async Task<LossyTransfer?> TryCreateAsync()
    {
        if (NetworkNamespace.Impossible is { } reason)
        {
            BenchmarkOutput.Say($"no loss measured: {reason}");
            return null;
        }

        var link = await LossyLink.CreateAsync(LossPerMille);
        foreach (var (machine, router) in ((LabMachine, string)[])[(link.One, "10.1.0.1"), (link.Other, "10.2.0.1")])
        {
            // Whatever the system's own choice is (ip-route(8)).
            await machine.Namespace.IpAsync("route", "replace", "default", "via", router, "congctl", "cubic");
            // One packet is lost at a time, as on a cable, not 64 KiB that the kernel still has in one piece.
            await machine.Namespace.IpAsync("link", "set", "eth0", "gso_max_segs", "1");
        }

        return new LossyTransfer(link);
    }

    /// <summary>Bytes a second over a carrier, "tcp" or "udp".</summary>
    public async Task<double> MeasureAsync(string carrierName, long bytes)
    {
        await using var receiver = ChildProcess.StartIn(_link.Other.Namespace.Name, "session-transfer", carrierName, _link.Other.Addresses[0].ToString());
        var line = (await receiver.ReadLineAsync()).Split(' ');
        await using var sender = ChildProcess.StartIn(
            _link.One.Namespace.Name, "session-transfer-send", carrierName, _link.One.Addresses[0].ToString(), line[0], line[1], bytes.ToString(CultureInfo.InvariantCulture));
        return double.Parse(await sender.ReadLineAsync(), CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();
}
