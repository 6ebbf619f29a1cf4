using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kith.Cli.Commands;

/// <summary><c>kith demo</c>: two people on this machine, each a real node with a page, and a first conversation.</summary>
internal static class DemoCommand
{
    public static Command Create() => Invocation.Bind(new Command("demo", "Two people, Alice and Bob, on this machine, each with a page"), async (invocation, cancellationToken) =>
    {
        var root = invocation.NamedHome ?? Home.Demo;
        await using var alice = await DemoPerson.StartAsync("Alice", Path.Combine(root, "alice"), cancellationToken).ConfigureAwait(false);
        await using var bob = await DemoPerson.StartAsync("Bob", Path.Combine(root, "bob"), cancellationToken).ConfigureAwait(false);
        await MeetAsync(alice, bob, cancellationToken).ConfigureAwait(false);

        var ready = new JsonObject { ["event"] = "ready", ["people"] = new JsonArray(alice.ToJson(), bob.ToJson()) };
        invocation.Output.Result(ready, () => $"""

            Two people are on this machine. Open each page in a window of its own:

              Alice  {alice.Page}
              Bob    {bob.Page}

            Each address works once; 'kith --home {alice.Home} page' makes another. Ctrl+C ends the demo.
            """);
        await ConversationAsync(invocation.Output, alice, cancellationToken).ConfigureAwait(false);
        var ended = await Task.WhenAny(alice.Ended, bob.Ended).WaitAsync(cancellationToken).ContinueWith(first => first.IsCompletedSuccessfully, TaskScheduler.Default).ConfigureAwait(false);
        if (ended && !cancellationToken.IsCancellationRequested)
            throw new CliException("one of the two nodes has ended.");
        return ExitStatus.Done;
    });

    private static async Task MeetAsync(DemoPerson alice, DemoPerson bob, CancellationToken cancellationToken)
    {
        var known = (await alice.Node.GetAsync("contacts", cancellationToken).ConfigureAwait(false))["contacts"]!.AsArray();
        if (known.Count > 0)
            return;
        var link = await alice.Node.PostAsync("links", new JsonObject { ["uses"] = 1 }, cancellationToken).ConfigureAwait(false);
        var added = await bob.Node.PostAsync("contacts", new JsonObject { ["link"] = link["link"]!.GetValue<string>(), ["timeout"] = 20_000 }, cancellationToken).ConfigureAwait(false);
        if (added["state"]!.GetValue<string>() != "connected")
            throw new CliException("Bob could not reach Alice on this machine.");
        await SayAsync(bob, "Alice", "Hi Alice, I have used your link. Nobody is in between.", cancellationToken).ConfigureAwait(false);
        await SayAsync(alice, "Bob", "Hi Bob! So this goes straight from your machine to mine?", cancellationToken).ConfigureAwait(false);
        await SayAsync(bob, "Alice", "Straight, and only we two can read it.", cancellationToken).ConfigureAwait(false);
    }

    private static Task<JsonNode> SayAsync(DemoPerson person, string to, string text, CancellationToken cancellationToken) =>
        person.Node.PostAsync($"contacts/{to}/messages", new JsonObject { ["text"] = text, ["wait"] = "delivered", ["timeout"] = 20_000 }, cancellationToken);

    private static async Task ConversationAsync(Output output, DemoPerson alice, CancellationToken cancellationToken)
    {
        var history = await alice.Node.GetAsync("contacts/Bob/messages?limit=10", cancellationToken).ConfigureAwait(false);
        foreach (var message in history["messages"]!.AsArray())
            output.Note("  " + MessageText.Line(message!));
    }
}

/// <summary>One of the demo's two people: a child process that runs <c>kith up</c>.</summary>
internal sealed class DemoPerson : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly Process _process;
    private readonly Task _draining;

    private DemoPerson(string name, string home, Process process, string page)
    {
        Name = name;
        Home = home;
        Page = page;
        _process = process;
        _draining = DrainAsync(process);
        Node = NodeClient.Open(home);
    }

    public string Name { get; }

    public string Home { get; }

    public string Page { get; }

    public NodeClient Node { get; }

    public Task Ended => _draining;

    public static async Task<DemoPerson> StartAsync(string name, string home, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["--home", home, "--json", "up", "--name", name, "--listen", "127.0.0.1:0", "--no-lan", "--no-mainline"])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start) ?? throw new CliException($"{name}'s node did not start.");
        var first = await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (first is null)
            throw new CliException($"{name}'s node did not start.");
        return new DemoPerson(name, home, process, JsonNode.Parse(first)!["page"]!.GetValue<string>());
    }

    public JsonObject ToJson() => new() { ["name"] = Name, ["home"] = Home, ["page"] = Page };

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await Node.PostAsync("shutdown", null, patience.Token).ConfigureAwait(false);
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CliException or OperationCanceledException or JsonException)
        {
            if (!_process.HasExited)
                _process.Kill();
        }

        await _draining.ConfigureAwait(false);
        Node.Dispose();
        _process.Dispose();
    }

    private static async Task DrainAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is not null)
        {
            // Events that nobody reads would fill the pipe and stop the node.
        }
    }
}
