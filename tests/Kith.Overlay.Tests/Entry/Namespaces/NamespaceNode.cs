using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;
using System.Threading.Channels;
using Kith.Crypto;
using Kith.Overlay.Entry;
using Kith.Overlay.Rendezvous;
using Kith.Overlay.Swarm;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Tests.Entry.Namespaces;

/// <summary>
/// A node of the overlay in a process of its own on one of the machines: this test program again, told by its environment to run as a node (<see cref="RunHereAsync"/>). It writes
/// a line for each change of what it sees, and ends when its standard input does.
/// </summary>
internal sealed class NamespaceNode : IAsyncDisposable
{
    /// <summary>The addresses that the node shall listen on, with commas; set means: be a node.</summary>
    public const string ListenVariable = "KITH_TEST_NODE_LISTEN";

    private const string SwarmVariable = "KITH_TEST_NODE_SWARM";
    private const string Prefix = "node sees ";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly Process _process;
    private readonly Channel<Sight> _sights = Channel.CreateUnbounded<Sight>();
    private readonly Task _reading;

    private NamespaceNode(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>What a node sees: its ways in.</summary>
    public sealed record Sight(IReadOnlyList<EntryView> Entries, int Nodes);

    /// <summary>Starts a node on a machine.</summary>
    public static NamespaceNode Start(NetworkNamespaces network, int machine, string listen, string swarm = "")
    {
        // Itself, with the one test that is a node: the runner is already here, in the very build that is tested.
        // This program again, with the one test that is a node: the runner is already here, in the very build that is tested.
        var program = Environment.ProcessPath!;
        string[] itself = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(NamespaceNode).Assembly.Location] : [];
        var start = network.On(machine, program, [.. itself, "-method", $"{typeof(NamespaceTests).FullName}.{nameof(NamespaceTests.Node)}"]);
        start.Environment[ListenVariable] = listen;
        start.Environment[SwarmVariable] = swarm;
        var process = new Process { StartInfo = start };
        Assert.True(process.Start());
        return new NamespaceNode(process);
    }

    /// <summary>Waits until the node sees something.</summary>
    public async Task<Sight> UntilAsync(Func<Sight, bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var sight = await _sights.Reader.ReadAsync(patience.Token);
            if (condition(sight))
                return sight;
        }
    }

    /// <summary>Waits until a node of the local network has answered it.</summary>
    public async Task<EntryView> UntilFoundAsync()
    {
        var sight = await UntilAsync(static sight => sight.Entries.Any(IsFound) && sight.Nodes > 0);
        return sight.Entries.First(IsFound);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _reading;
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>The node's side: runs one until standard input ends.</summary>
    public static async Task RunHereAsync(string listen)
    {
        var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        var swarm = Environment.GetEnvironmentVariable(SwarmVariable) is { Length: > 0 } text && SwarmKey.TryParse(text, out var key) ? key : null;
        await using var port = UdpPort.Open([.. listen.Split(',').Select(IPAddress.Parse)], 0, TimeProvider.System);
        var observer = new Observer();
        await using var overlay = OverlayHost.Start(port, new OverlayOptions { Mainline = false, Swarm = swarm, Log = Console.Error }, observer, SystemRandom.Instance, TimeProvider.System);
        NetworkAddressChangedEventHandler changed = (_, _) => overlay.NetworkChanged();
        NetworkChange.NetworkAddressChanged += changed;
        port.Start();
        var end = Task.Run(() => Console.OpenStandardInput().ReadByte());
        do
        {
            var view = overlay.View;
            await output.WriteLineAsync(Prefix + JsonSerializer.Serialize(new Sight(view.Entries, view.Nodes)));
        }
        while (await Task.WhenAny(observer.NextAsync(), end) != end);
        NetworkChange.NetworkAddressChanged -= changed;
        await output.DisposeAsync();
    }

    private static bool IsFound(EntryView view) => view is { Source: EntrySource.LocalNetwork, State: EntryState.Answered };

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Prefix, StringComparison.Ordinal) is >= 0 and var at)
                _sights.Writer.TryWrite(JsonSerializer.Deserialize<Sight>(line[(at + Prefix.Length)..])!);
        }

        _sights.Writer.Complete();
    }

    private sealed class Observer : IOverlayObserver
    {
        private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

        public void Changed() => _changes.Writer.TryWrite(item: true);

        public void Found(FindSecret secret, Finding finding)
        {
        }

        public void Knocked(FindSecret secret, Contactable content, long madeAt)
        {
        }

        public async Task NextAsync() => await _changes.Reader.ReadAsync();
    }
}
