using System.CommandLine;
using System.Text.Json.Nodes;

namespace Kith.Cli.Commands;

/// <summary><c>kith relay</c>: says what is agreed to about relays, or changes it, at once.</summary>
internal static class RelayCommand
{
    public static Command Create()
    {
        var consent = new Argument<string?>("CONSENT")
        {
            Description = "off, use (own sessions may go through other nodes), serve (others' may go through this one) or both; without it, how things are",
            Arity = ArgumentArity.ZeroOrOne,
        };
        consent.AcceptOnlyFromAmong("off", "use", "serve", "both");
        var command = new Command("relay", "Whether sessions may go through other nodes, and others' through this one; kept") { consent };
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            if (invocation.Value(consent) is { } chosen)
                await node.CallAsync(HttpMethod.Patch, "settings", new JsonObject { ["relay"] = chosen }, cancellationToken).ConfigureAwait(false);
            var relay = (await node.GetAsync("network", cancellationToken).ConfigureAwait(false))["relay"]!;
            invocation.Output.Result(
                Output.Pick(relay, "consent", "asked", "helps", "serving", "using", "bytes", "dropped", "refused"),
                () => Output.Table(
                [
                    ["relays", Says(relay["consent"]!.GetValue<string>())],
                    ["used now", $"{relay["using"]}"],
                    ["carried now", $"{relay["serving"]} of others; {relay["bytes"]} bytes since the start"],
                ]));
            return ExitStatus.Done;
        });
    }

    /// <summary>What a consent means.</summary>
    public static string Says(string? consent) => consent switch
    {
        "use" => "used where nothing else works; others' are not carried",
        "serve" => "not used; others' sessions are carried",
        "both" => "used where nothing else works; others' sessions are carried",
        _ => "off",
    };
}

/// <summary>Which way a session goes, for people.</summary>
internal static class WayText
{
    public static string? Of(JsonNode? way) => way?.GetValue<string>() switch
    {
        null => null,
        "relay" => "through a relay",
        "forward" => "through forwarders",
        "onion" => "through Tor",
        "drop" => "left with holders",
        "tunnel" => "over TCP",
        var name => name,
    };
}
