using System.Net;
using Kith.Transport.Tests.Namespaces;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tests.Udp;

/// <summary>A machine with several IPv6 addresses answers from the one at which it was asked: a firewall before the asker lets in nothing else.</summary>
public sealed class AnswerFromWhereItWasAskedTests
{
    private static readonly string[] Addresses = ["2a00:1::1", "2a00:1::2", "2a00:1::3"];

    [Fact]
    public async Task AnyAddressIsAsked_AnswersComeFromThere()
    {
        await using var network = await TestNetwork.CreateAsync("server", "asker");
        await network.CableAsync("server", "eth0", string.Join(',', Addresses.Select(address => address + "/64")), "asker", "eth0", "2a00:1::9/64");
        await using var server = await OpenAsync(network, "server");
        await using var asker = await OpenAsync(network, "asker");
        server.Register((byte)'q', new Answerer(server));
        var answers = new RecordingTaker();
        asker.Register((byte)'a', answers);
        server.Start();
        asker.Start();

        // Each twice, and in turns: what was asked last counts.
        foreach (var address in Addresses.Concat(Addresses.Reverse()))
        {
            var at = Endpoint.From(IPAddress.Parse(address), server.Port);
            asker.Send(at, "q"u8);
            for (var i = 0; i < Answerer.Answers; i++)
                Assert.Equal(at, (await answers.NextAsync()).From);
        }

        // An address that is gone is no reason to be silent.
        await network.OnAsync("server", "ip", "addr", "del", Addresses[0] + "/64", "dev", "eth0");
        server.Send(Endpoint.From(IPAddress.Parse("2a00:1::9"), asker.Port), "a"u8);
        Assert.NotEqual(IPAddress.Parse(Addresses[0]), (await answers.NextAsync()).From.ToAddress());
        Assert.Equal(0, server.Dropped);
    }

    private static Task<UdpPort> OpenAsync(TestNetwork network, string machine) => network.InsideAsync(machine, () => UdpPort.Open([IPAddress.IPv6Any], 0, TimeProvider.System));

    // Answers with one datagram and with several in one call.
    private sealed class Answerer(UdpPort port) : IDatagramTaker
    {
        public const int Answers = 4;

        public void Take(Endpoint from, ReadOnlySpan<byte> datagram)
        {
            port.Send(from, "a"u8);
            port.Send(from, "a1a2a3"u8, 2);
        }
    }
}
