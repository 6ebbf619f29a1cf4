using System.Text;
using Kith.Lab.Tests.Nats;
using Kith.Lab.Tests.Networks;
using Kith.Lab.Tests.People;

namespace Kith.Lab.Tests.Capture;

/// <summary>
/// What forwarders may come to know by forwarding. In a small network everybody's first nodes are all of them in time, and all nodes meet in the overlay; so the two who talk move, to where each can call but one half of the
/// forwarders, and of the overlay has the DHT alone. Forwarders call each other as they like, and messages pass both halves. Then no node has a reason to know where both are, and none does: no packet anywhere and no forwarder's memory, garbage
/// included, no word and no file of one names both.
/// </summary>
[Collection(Towns.OneAtATime)]
public sealed class TwoHalvesTests(ITestOutputHelper output)
{
    private const int Half = 4;
    private static readonly int Messages = KithProgram.Full ? 40 : 3;

    [Fact]
    public async Task TwoWhoseNodesHaveNoForwarderInCommonTalk_NobodyHoldsBothAddresses()
    {
        Assert.SkipUnless(KithProgram.Full, "ten nodes and two moves take minutes: in the full form");
        Assert.SkipWhen(NetworkNamespace.Impossible is not null, NetworkNamespace.Impossible ?? "");
        await using var network = await VeiledNetwork.CreateAsync(2 * Half, ("Vera", "veiled"), ("Victor", "veiled"));
        var (vera, victor) = (network.People[0], network.People[1]);
        await VeiledNetwork.MeetAsync(vera, victor);
        await VeiledTalk.RunAsync(vera, victor, Messages);
        Tell("they have met and talked");

        // Each keeps to the half in which more of their guards are: what those hand on comes in datagrams of the one size.
        int FromGuard(LabPerson forwarder, LabPerson to) => network.Of(to).Count(packet => packet.IsShortHeader && packet.Payload.Length == PacketSizes.Uniform && packet.From.Address.Equals(network.Outside[forwarder]));
        var forwarders = network.Forwarders.OrderByDescending(one => FromGuard(one, vera) - FromGuard(one, victor)).ToList();
        var (here, there) = (forwarders[..Half], forwarders[Half..]);
        await MoveAsync(network, vera, there);
        await MoveAsync(network, victor, here);
        var before = await ForwardedAsync(network);
        await VeiledTalk.RunAsync(vera, victor, Messages);
        Tell("they have talked where they are now");

        var after = await ForwardedAsync(network);
        Assert.All(here.Concat(there), forwarder => Assert.True(after[forwarder] > before[forwarder], $"{forwarder.Name} forwarded nothing"));
        network.AssertNothingMissed();
        AssertNeverTogether(network, vera, victor);
        AssertNoneHolds(network, here, known: vera, unknown: victor);
        AssertNoneHolds(network, there, known: victor, unknown: vera);
    }

    // In no packet anywhere, be it in its header, in clear inside, or one here and one there; nor does either try.
    private static void AssertNeverTogether(VeiledNetwork network, LabPerson one, LabPerson other)
    {
        bool Names(CapturedPacket packet, LabPerson person)
            => packet.From.Address.Equals(network.Outside[person]) || packet.To.Address.Equals(network.Outside[person]) || network.TracesOf(person).IsIn(packet.Payload);
        Assert.DoesNotContain(network.All, packet => Names(packet, one) && Names(packet, other));
        Assert.Contains(network.All, packet => Names(packet, one));
        Assert.Contains(network.All, packet => Names(packet, other));
        Assert.DoesNotContain(network.Of(one), packet => Names(packet, other));
        Assert.DoesNotContain(network.Of(other), packet => Names(packet, one));
    }

    private void AssertNoneHolds(VeiledNetwork network, List<LabPerson> nodes, LabPerson known, LabPerson unknown)
    {
        var traces = new Dictionary<LabPerson, AddressTraces> { [known] = network.TracesOf(known), [unknown] = network.TracesOf(unknown) };
        var seen = 0;
        foreach (var node in nodes)
        {
            var found = ProcessMemory.Find(node.Pid, traces);
            Tell($"{node.Name} holds in memory: {string.Join(" and ", found.Select(static person => person.Name))}");
            Assert.DoesNotContain(unknown, found);
            seen += found.Contains(known) ? 1 : 0;
            Assert.False(traces[unknown].IsIn(Encoding.UTF8.GetBytes(node.Errors)));
            // But the node's lock, which nobody else may open.
            foreach (var file in Directory.EnumerateFiles(node.Home, "*", SearchOption.AllDirectories).Where(static file => Path.GetFileName(file) != "lock"))
                Assert.False(traces[unknown].IsIn(ReadShared(file)), $"{file} names {unknown.Name}");
        }

        // And it would have been found.
        Assert.True(seen > 0);
    }

    private static async Task<Dictionary<LabPerson, long>> ForwardedAsync(VeiledNetwork network)
    {
        var all = new Dictionary<LabPerson, long>();
        foreach (var forwarder in network.Forwarders)
            all[forwarder] = (await VeiledNetwork.ForwardingAsync(forwarder)).GetProperty("forwarded").GetInt64();
        return all;
    }

    // To a home from which one half of the forwarders cannot be called, and where of the overlay's datagrams only the DHT's pass, which begin with a key of one letter, or ip: by the walk, and by tests of NATs, nodes tell each other
    // where a node is.
    private static Task MoveAsync(VeiledNetwork network, LabPerson person, List<LabPerson> far) => network.MoveAsync(person, $$"""
        table ip border {
          chain out {
            type filter hook forward priority -10;
            ip daddr { {{string.Join(", ", far.Select(one => network.Outside[one]))}} } reject;
            meta l4proto udp @th,64,24 0x64313a accept;
            meta l4proto udp @th,64,24 0x64323a accept;
            meta l4proto udp @th,64,8 0x64 drop;
          }
        }

        """);

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private void Tell(string what) => output.WriteLine($"{DateTime.Now:HH:mm:ss.f} {what}");
}
