using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Kith.Cli.Commands;

/// <summary><c>kith privacy</c>: says who may learn where this node is, or changes it, for all or for one contact; and how packets go through forwarders.</summary>
internal static class PrivacyCommand
{
    /// <summary>No exception any more.</summary>
    private const string None = "none";

    private static readonly string[] Shown = ["privacy", "forwarders", "hopDelay", "coverLoops", "coverDummies"];

    public static Command Create()
    {
        var level = new Argument<string?>("LEVEL")
        {
            Description = "open (contacts learn your address), veiled (only through forwarders) or onion (only through Tor); with --for also none. Without it, how things are",
            Arity = ArgumentArity.ZeroOrOne,
        };
        level.AcceptOnlyFromAmong("open", "veiled", "onion", None);
        var contact = new Option<string?>("--for") { Description = "For this contact alone: an exception from your setting", HelpName = "CONTACT" };
        var forwarders = new Option<int?>("--forwarders") { Description = "Forwarders between you and a contact, 2 to 5, and what is left for you while you hide goes through as many: each more makes it harder to tie you to them, and messages slower", HelpName = "N" };
        var delay = Duration.Optional("--delay", "How long each forwarder keeps a packet in the mean, 0 to 500ms: harder to follow by its time, and slower");
        var loops = new Option<int?>("--loops") { Description = "Packets a minute that say nothing and come back, up to 600: they hide when messages go and come, and use your line", HelpName = "N" };
        var dummies = new Option<int?>("--dummies") { Description = "Packets a minute that say nothing and end at a forwarder, up to 600: they hide when messages go, for half the traffic", HelpName = "N" };
        var command = new Command("privacy", "Who may learn where your node is, and how packets go through forwarders; kept") { level, contact, forwarders, delay, loops, dummies };
        command.Validators.Add(result =>
        {
            var isForOne = result.GetValue(contact) is not null;
            if (result.GetValue(level) == None && !isForOne)
                result.AddError("none takes an exception back: say whose with --for.");
            if (isForOne && (result.GetValue(forwarders) ?? result.GetValue(loops) ?? result.GetValue(dummies)) is not null || isForOne && result.GetValue(delay) is not null)
                result.AddError("How packets go through forwarders is one setting for all contacts: leave --for out.");
        });
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            if (invocation.Value(contact) is { } name)
            {
                await ForOneAsync(invocation, node, name, invocation.Value(level), cancellationToken).ConfigureAwait(false);
                return ExitStatus.Done;
            }

            var patch = new JsonObject();
            Put(patch, "privacy", invocation.Value(level) is { } chosen ? JsonValue.Create(chosen) : null);
            Put(patch, "forwarders", Number(invocation.Value(forwarders)));
            Put(patch, "hopDelay", Number(invocation.Value(delay) is { } mean ? (int)Math.Ceiling(mean.TotalMilliseconds) : null));
            Put(patch, "coverLoops", Number(invocation.Value(loops)));
            Put(patch, "coverDummies", Number(invocation.Value(dummies)));
            await ForAllAsync(invocation, node, patch, cancellationToken).ConfigureAwait(false);
            return ExitStatus.Done;
        });
    }

    /// <summary>What a level means.</summary>
    public static string Says(string? level) => level switch
    {
        "veiled" => "veiled: messages go through forwarders; contacts do not learn your address",
        "onion" => "onion: everything goes through Tor",
        _ => "open: contacts learn your address",
    };

    private static JsonNode? Number(int? value) => value is { } number ? JsonValue.Create(number) : null;

    private static void Put(JsonObject patch, string name, JsonNode? value)
    {
        if (value is not null)
            patch[name] = value;
    }

    private static string Paths(JsonNode settings)
    {
        var (loops, dummies) = (settings["coverLoops"]!.GetValue<int>(), settings["coverDummies"]!.GetValue<int>());
        return string.Create(CultureInfo.InvariantCulture, $"through forwarders: {settings["forwarders"]} on a path, each keeps a packet {settings["hopDelay"]} ms in the mean")
            + (loops + dummies == 0 ? "; no cover" : string.Create(CultureInfo.InvariantCulture, $"; cover: {loops} loops and {dummies} dummies a minute"));
    }

    private static async Task ForAllAsync(Invocation invocation, NodeClient node, JsonObject patch, CancellationToken cancellationToken)
    {
        var settings = await node.GetAsync("settings", cancellationToken).ConfigureAwait(false);
        if (patch.Count > 0)
        {
            var before = settings["privacy"]!.GetValue<string>();
            settings = await node.CallAsync(HttpMethod.Patch, "settings", patch, cancellationToken).ConfigureAwait(false);
            // It starts anew then: whatever the user says next is for the node that has the new setting.
            if (settings["privacy"]!.GetValue<string>() != before)
                await node.WaitForNextRunAsync(cancellationToken).ConfigureAwait(false);
        }

        invocation.Output.Result(Output.Pick(settings, Shown), () => Says(settings["privacy"]!.GetValue<string>()) + Environment.NewLine + Paths(settings));
    }

    private static async Task ForOneAsync(Invocation invocation, NodeClient node, string name, string? level, CancellationToken cancellationToken)
    {
        var path = "contacts/" + NodeClient.Escape(name);
        var contact = level is null
            ? await node.GetAsync(path, cancellationToken).ConfigureAwait(false)
            : await node.CallAsync(HttpMethod.Patch, path, new JsonObject { ["privacyException"] = level }, cancellationToken).ConfigureAwait(false);
        invocation.Output.Result(Output.Pick(contact, "contact", "name", "privacy", "privacyException"), () => $"{contact["name"]}: {Says(contact["privacy"]!.GetValue<string>())}");
    }
}
