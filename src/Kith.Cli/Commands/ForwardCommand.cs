using System.CommandLine;
using System.Text.Json.Nodes;

namespace Kith.Cli.Commands;

/// <summary><c>kith forward</c>: says what this node forwards for others, or turns it on or off, at once.</summary>
internal static class ForwardCommand
{
    public static Command Create()
    {
        var state = new Argument<string?>("STATE") { Description = "on or off; without it, how things are", Arity = ArgumentArity.ZeroOrOne };
        state.AcceptOnlyFromAmong("on", "off");
        var command = new Command("forward", "Whether your node forwards packets of others, none of whom it can tell; kept") { state };
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var settings = invocation.Value(state) is { } chosen
                ? await node.CallAsync(HttpMethod.Patch, "settings", new JsonObject { ["forwarding"] = chosen == "on" }, cancellationToken).ConfigureAwait(false)
                : await node.GetAsync("settings", cancellationToken).ConfigureAwait(false);
            var now = (await node.GetAsync("status", cancellationToken).ConfigureAwait(false))["forwarding"];
            var result = new JsonObject { ["forwarding"] = settings["forwarding"]!.DeepClone(), ["status"] = now?.DeepClone() };
            invocation.Output.Result(result, () => Says(settings["forwarding"]!.GetValue<bool>(), now));
            return ExitStatus.Done;
        });
    }

    private static string Says(bool isOn, JsonNode? now) => (isOn, now) switch
    {
        (false, _) => "off: nothing of others is forwarded",
        (_, null) => "on, but nothing is forwarded while the overlay does not run",
        (_, { } status) when !status["forwards"]!.GetValue<bool>() => "on, but not now: strangers cannot reach this node, or a contact is an exception from an open setting",
        (_, { } status) => $"on: {status["forwarded"]} packets of others since the start",
    };
}
