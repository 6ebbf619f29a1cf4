using System.CommandLine;
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
            Output.Pick(status, "account", "name", "privacy", "wan", "listen", "nat", "peers", "outbox", "version", "home"),
            () => Output.Table(
            [
                ["name", status["name"]!.GetValue<string>()],
                ["account", status["account"]!.GetValue<string>()],
                ["home", status["home"]?.GetValue<string>() ?? invocation.HomePath],
                ["privacy", status["privacy"]!.GetValue<string>()],
                ["listens on", string.Join(", ", status["listen"]!.AsArray().Select(address => address!.GetValue<string>()))],
                ["peers", status["peers"]!.ToString()],
                ["outbox", status["outbox"]!.ToString()],
            ]));
        return ExitStatus.Done;
    });
}

/// <summary><c>kith peers</c>.</summary>
internal static class PeersCommand
{
    public static Command Create() => Invocation.Bind(new Command("peers", "Who your node is connected to"), async (invocation, cancellationToken) =>
    {
        using var node = invocation.OpenNode();
        var peers = (await node.GetAsync("peers", cancellationToken).ConfigureAwait(false))["peers"]!.AsArray();
        foreach (var peer in peers)
        {
            invocation.Output.Result(
                Output.Pick(peer!, "id", "address", "direction", "connectable", "lastSeen", "rtt", "name"),
                () => $"{peer!["name"]?.ToString() ?? peer["id"]!.ToString()}  {peer["address"]}  {peer["direction"]}  {peer["rtt"]} ms");
        }

        return ExitStatus.Done;
    });
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
