using System.Diagnostics;
using System.Text.Json.Nodes;
using Kith.LocalSwarm;

namespace Kith.Bench;

/// <summary>
/// Two contacts in a network of 200 nodes both change their addresses without a word: from then until each has found the other's new one, by nothing but one entry point. And a
/// node's first peer, from its start.
/// </summary>
internal sealed class FindBenchmark : IBenchmark
{
    private const int Nodes = 200;
    private const int Runs = 20;

    public string Work => "two contacts who both moved find each other among 200 nodes; the first peer by an entry point";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        await using var network = await LocalNetwork.StartAsync(Nodes);
        var (found, firstPeer) = (new Samples(), new Samples());
        for (var run = 0; run < Runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            await using (var newcomer = LocalNode.Start(network.Entry))
            {
                // Asked rather than told: what is told may be a quarter of a second old.
                while (newcomer.Overlay.View.Nodes == 0)
                    await Task.Delay(1);
                firstPeer.Add(started);
            }

            var (alice, bob) = (new LocalPerson(), new LocalPerson());
            alice.ComeTo(LocalNode.Start(network.Entry));
            bob.ComeTo(LocalNode.Start(network.Entry));
            await Task.WhenAll(alice.FindAsync(bob, CancellationToken.None), bob.FindAsync(alice, CancellationToken.None));

            started = Stopwatch.GetTimestamp();
            await Task.WhenAll(alice.MoveAsync(network.Entry), bob.MoveAsync(network.Entry));
            await Task.WhenAll(alice.FindAsync(bob, CancellationToken.None), bob.FindAsync(alice, CancellationToken.None));
            found.Add(started);
            await alice.Node.DisposeAsync();
            await bob.Node.DisposeAsync();
        }

        output.Summarise(new JsonObject
        {
            ["bench"] = "find",
            ["bothMoved"] = Samples.Round(found.Median),
            ["bothMovedMost"] = Samples.Round(found.P99),
            ["firstPeer"] = Samples.Round(firstPeer.Median),
            ["firstPeerMost"] = Samples.Round(firstPeer.P99),
        });
    }
}
