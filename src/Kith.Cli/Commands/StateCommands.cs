using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Kith.Cli.Commands;

/// <summary><c>kith status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create() => Invocation.Bind(new Command("status", "What your node is and does"), async (invocation, cancellationToken) =>
    {
        using var node = invocation.OpenNode();
        var status = await node.GetAsync("status", cancellationToken).ConfigureAwait(false);
        invocation.Output.Result(
            Output.Pick(status, "account", "name", "privacy", "wan", "listen", "nat", "peers", "outbox", "version", "home", "natDetail", "relay", "room", "tor", "forwarding"),
            () => Output.Table(
            [
                ["name", status["name"]!.GetValue<string>()],
                ["account", status["account"]!.GetValue<string>()],
                ["home", status["home"]?.GetValue<string>() ?? invocation.HomePath],
                ["privacy", PrivacyCommand.Says(status["privacy"]!.GetValue<string>())],
                .. TorRows(status["tor"]),
                .. status["forwarding"] is { } forwarding ? (string[][])[["forwarders", $"{forwarding["known"]} known, {forwarding["guards"]} connected; {(forwarding["forwards"]!.GetValue<bool>() ? $"this node has forwarded {forwarding["forwarded"]} packets for others" : "this node forwards nothing for others")}"]] : [],
                ["listens on", string.Join(", ", status["listen"]!.AsArray().Select(address => address!.GetValue<string>()))],
                ["seen at", status["wan"]?.GetValue<string>() ?? "not known yet"],
                ["network", status["natDetail"]?["sentence"]?.GetValue<string>() ?? "not known yet"],
                ["relays", RelayCommand.Says(status["relay"]?.GetValue<string>())],
                ["room for others", RoomCommand.Says(status["room"])],
                ["peers", $"{status["peers"]} ('kith peers' lists them)"],
                ["outbox", status["outbox"]!.GetValue<int>() is var waiting and > 0 ? $"{waiting} on their way" : "empty"],
            ]));
        return ExitStatus.Done;
    });

    /// <summary>What Tor does in a line.</summary>
    public static string SaysTor(JsonNode? tor) => tor is null
        ? "not used: your privacy setting does not ask for it, and nobody whom you call is reached through it alone"
        : (tor["problem"]?.GetValue<string>(), tor["phase"]!.GetValue<string>()) switch
        {
            ({ } problem, _) => problem,
            (_, "ready") => tor["address"] is null || tor["published"]!.GetValue<bool>() ? "ready" : "ready; the onion service is being published",
            _ => $"connecting to its network, {tor["progress"]} %",
        };

    private static string[][] TorRows(JsonNode? tor) => tor is null ? [] : [["tor", SaysTor(tor)]];
}

/// <summary><c>kith peers</c>.</summary>
internal static class PeersCommand
{
    public static Command Create() => Invocation.Bind(new Command("peers", "Who your node is connected to"), async (invocation, cancellationToken) =>
    {
        using var node = invocation.OpenNode();
        var peers = (await node.GetAsync("peers", cancellationToken).ConfigureAwait(false))["peers"]!.AsArray();
        if (invocation.Output.Json)
        {
            foreach (var peer in peers)
                invocation.Output.Result(Output.Pick(peer!, "id", "address", "direction", "connectable", "lastSeen", "rtt", "name", "kind", "carrier", "path"), () => "");
            return ExitStatus.Done;
        }

        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        invocation.Output.Note(peers.Count == 0
            ? "Nobody yet: 'kith doctor' says how your node looks for a way into the network."
            : Output.Table([["WHO", "ADDRESS", "WAY", "CALLED BY", "FROM OUTSIDE", "RTT", "LAST HEARD"], .. peers.Select(peer => Row(peer!, now))]));
        return ExitStatus.Done;
    });

    private static string[] Row(JsonNode peer, long now) =>
    [
        peer["name"]?.GetValue<string>() ?? (peer["kind"]!.GetValue<string>() == "session" ? "a stranger" : "node " + peer["id"]!.GetValue<string>()),
        peer["address"]!.GetValue<string>(),
        peer["kind"]!.GetValue<string>() == "session" ? $"{WayText.Of(peer["path"])}, {peer["carrier"]}" : "",
        peer["direction"]!.GetValue<string>() == "in" ? "them" : "us",
        peer["connectable"]?.GetValue<bool>() switch { true => "reachable", false => "not reachable", null => "not known" },
        peer["rtt"] is { } rtt ? $"{rtt.GetValue<double>().ToString("0.#", CultureInfo.InvariantCulture)} ms" : "-",
        $"{Math.Max(0, (now - peer["lastSeen"]!.GetValue<long>()) / 1000)} s ago",
    ];
}

/// <summary><c>kith doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create() => Invocation.Bind(new Command("doctor", "What works from here, and what to do about what does not"), async (invocation, cancellationToken) =>
    {
        using var node = invocation.OpenNode();
        var checks = (await node.GetAsync("doctor", cancellationToken).ConfigureAwait(false))["checks"]!.AsArray();
        foreach (var check in checks)
        {
            invocation.Output.Result(
                Output.Pick(check!, "check", "ok", "detail"),
                () => $"{(check!["ok"]!.GetValue<bool>() ? "ok " : "!! ")} {check["check"]}: {check["detail"]}");
        }

        return ExitStatus.Done;
    });
}

/// <summary><c>kith page</c>: an address to open the page with, once.</summary>
internal static class PageCommand
{
    public static Command Create() => Invocation.Bind(new Command("page", "A new address of your page; each works once"), async (invocation, cancellationToken) =>
    {
        using var node = invocation.OpenNode();
        var page = await node.PostAsync("pages", null, cancellationToken).ConfigureAwait(false);
        invocation.Output.Result(Output.Pick(page, "page"), () => page["page"]!.GetValue<string>());
        return ExitStatus.Done;
    });
}

/// <summary><c>kith down</c>: stops the node of this home and waits until it is gone.</summary>
internal static class DownCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public static Command Create() => Invocation.Bind(new Command("down", "Stops the node of this home"), async (invocation, cancellationToken) =>
    {
        using var node = invocation.OpenNode();
        await node.PostAsync("shutdown", null, cancellationToken).ConfigureAwait(false);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        while (node.Pid is { } pid && Directory.Exists($"/proc/{pid}"))
        {
            if (patience.IsCancellationRequested)
                throw new CliException("the node was told to stop but is still running.");
            await Task.Delay(Look, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }

        invocation.Output.Result(new JsonObject { ["event"] = "stopped" }, () => "Stopped.");
        return ExitStatus.Done;
    });
}
