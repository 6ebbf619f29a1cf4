using System.Globalization;
using Kith.Wire;

namespace Kith.Bench;

/// <summary>Two whole nodes in two processes that know each other: one here, one in a child.</summary>
internal sealed class BenchPair : IAsyncDisposable
{
    private readonly ChildProcess _child;

    private BenchPair(BenchNode node, ChildProcess child, AccountId peer)
    {
        Node = node;
        _child = child;
        Peer = peer;
    }

    public BenchNode Node { get; }

    public AccountId Peer { get; }

    public static async Task<BenchPair> MeetAsync(string folder, string carrier = "udp")
    {
        var node = await BenchNode.StartAsync(Path.Combine(folder, "here"), "Here", carrier: carrier);
        var child = ChildProcess.Start("node", Path.Combine(folder, "there"), await node.CreateLinkAsync(), "--carrier=" + carrier);
        return new BenchPair(node, child, await node.PeerAsync());
    }

    /// <summary>
    /// The second process: a node that uses the link, if one is named, else prints its own; it runs until its input closes. Arguments: the home, then a link, <c>--port=N</c>,
    /// <c>--entry=HOST:PORT</c> and <c>--carrier=tcp</c>.
    /// </summary>
    public static async Task<int> ServeAsync(string[] arguments)
    {
        var port = int.Parse(Option(arguments, "--port=") ?? "0", CultureInfo.InvariantCulture);
        await using var node = await BenchNode.StartAsync(arguments[0], "There", port, Option(arguments, "--entry="), Option(arguments, "--carrier=") ?? "udp");
        if (arguments.Skip(1).FirstOrDefault(argument => !argument.StartsWith("--", StringComparison.Ordinal)) is { } link)
            await node.AddAsync(link);
        else
            Console.WriteLine(await node.CreateLinkAsync());
        await Console.In.ReadLineAsync();
        return 0;
    }

    private static string? Option(string[] arguments, string name) =>
        Array.Find(arguments, argument => argument.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        await Node.DisposeAsync();
    }
}
