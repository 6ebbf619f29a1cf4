using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;

namespace Kith.Cli.Commands;

/// <summary><c>kith tor</c>: says the ways into Tor's network and, through it, to others, and what Tor does; or takes others at once.</summary>
internal static class TorCommand
{
    /// <summary>No lines any more.</summary>
    private const string None = "none";

    public static Command Create()
    {
        var bridges = new Option<string[]>("--bridge") { Description = "A bridge, for where Tor is blocked: a line as https://bridges.torproject.org shows it, in quotes; may be repeated, those before are forgotten; 'none' for none", HelpName = "LINE" };
        var entries = new Option<string[]>("--entry") { Description = "A node that lets people in who only use Tor, to begin with under onion; may be repeated, those before are forgotten; 'none' for none", HelpName = "onion/NAME:PORT" };
        bridges.Validators.Add(static result => Check(result, "a bridge line"));
        entries.Validators.Add(static result => Check(result, "an entry point"));
        var command = new Command("tor", "Ways into Tor's network where it is blocked, and nodes to begin with under onion; kept") { bridges, entries };
        command.TreatUnmatchedTokensAsErrors = false;
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            // What most come to it with: a line of several words, without quotes.
            if (invocation.Parsed.UnmatchedTokens is [var stray, ..])
                throw new CliException($"'{stray}' is not known here: a bridge's line has blanks in it and stands in quotes, as in kith tor --bridge \"obfs4 192.0.2.1:443 …\".", ExitStatus.WrongUsage);
            var change = new JsonObject();
            Put(change, "bridges", invocation.Value(bridges));
            Put(change, "entries", invocation.Value(entries));
            if (change.Count > 0)
                await ChangeAsync(invocation, change, cancellationToken).ConfigureAwait(false);
            using var node = invocation.OpenNode();
            var ways = await node.GetAsync("tor-ways", cancellationToken).ConfigureAwait(false);
            var tor = (await node.GetAsync("status", cancellationToken).ConfigureAwait(false))["tor"];
            var result = Output.Pick(ways, "bridges", "entries", "ownTor");
            result["tor"] = tor?.DeepClone();
            invocation.Output.Result(result, () => Output.Table(
            [
                ["tor", StatusCommand.SaysTor(tor)],
                .. Rows("bridge", ways["bridges"]!.AsArray(), ways["ownTor"]!.GetValue<bool>() ? "none" : "this Tor ran already: its bridges are in its own torrc"),
                .. Rows("entry point", ways["entries"]!.AsArray(), "none"),
            ]));
            return ExitStatus.Done;
        });
    }

    // An unset variable of a script's must not take bridges away: Tor would go past them.
    private static void Check(OptionResult result, string what)
    {
        if (result.Tokens.Any(static token => token.Value.AsSpan().Trim().IsEmpty))
            result.AddError($"One of the lines is empty: give {what}, or 'none' alone for none.");
        else if (result.Tokens.Count > 1 && result.Tokens.Any(static token => token.Value == None))
            result.AddError($"'none' stands alone: give {what} or several, or 'none'.");
    }

    private static async Task ChangeAsync(Invocation invocation, JsonObject change, CancellationToken cancellationToken)
    {
        using var node = invocation.OpenNode();
        var after = await node.CallAsync(HttpMethod.Patch, "tor-ways", change, cancellationToken).ConfigureAwait(false);
        // It starts anew then: whatever the user says next is for the node that has them.
        if (after["startsAnew"]!.GetValue<bool>())
            await node.WaitForNextRunAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Put(JsonObject change, string name, string[]? lines)
    {
        if (lines is { Length: > 0 })
            change[name] = lines is [None] ? [] : new JsonArray([.. lines.Select(static line => (JsonNode)line)]);
    }

    private static IEnumerable<string[]> Rows(string what, JsonArray lines, string none) => lines.Count == 0 ? [[what, none]] : lines.Select(line => new[] { what, $"{line}" });
}
