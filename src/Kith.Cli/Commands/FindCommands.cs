using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Kith.Cli.Commands;

/// <summary><c>kith lookup</c>: where a contact is now, as the overlay says.</summary>
internal static class LookupCommand
{
    public static Command Create()
    {
        var contact = ContactCommands.Contact();
        return Invocation.Bind(new Command("lookup", "Finds a contact's current addresses through the overlay, and calls them there") { contact }, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var found = await node.PostAsync($"contacts/{NodeClient.Escape(invocation.Value(contact))}/lookup", null, cancellationToken).ConfigureAwait(false);
            invocation.Output.Result(Output.Pick(found, "contact", "addresses", "hops", "queries", "elapsed"), () => ForPeople(found));
            return ExitStatus.Done;
        });
    }

    private static string ForPeople(JsonNode found)
    {
        var hops = found["hops"]!.GetValue<int>();
        var queries = found["queries"]!.GetValue<int>();
        var elapsed = found["elapsed"]!.GetValue<double>().ToString("0", CultureInfo.InvariantCulture);
        var addresses = string.Join('\n', found["addresses"]!.AsArray().Select(address => "  " + address!.GetValue<string>()));
        return $"{found["name"]} is at\n{addresses}\nFound in {elapsed} ms, {hops} {(hops == 1 ? "hop" : "hops")} away, with {queries} {(queries == 1 ? "query" : "queries")}.";
    }
}

/// <summary><c>kith reissue</c>: new secrets to be found by, for some contacts and no others.</summary>
internal static class ReissueCommand
{
    public static Command Create()
    {
        var contacts = new Argument<string[]>("CONTACT") { Description = "Who shall go on finding you", Arity = ArgumentArity.ZeroOrMore };
        var nobody = new Option<bool>("--nobody") { Description = "Nobody shall" };
        var command = new Command("reissue", "Gives new secrets to be found by to the contacts named; all others, and the users of links made so far, find you no more once you have moved") { contacts, nobody };
        command.Validators.Add(result =>
        {
            if (result.GetValue(contacts) is { Length: > 0 } == result.GetValue(nobody))
                result.AddError("name the contacts who shall go on finding you, or say --nobody.");
        });
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var chosen = new JsonArray([.. invocation.Value(contacts).Select(contact => JsonValue.Create(contact))]);
            var issued = await node.PostAsync("find-secrets", new JsonObject { ["contacts"] = chosen }, cancellationToken).ConfigureAwait(false);
            var withheld = issued["withheld"]!.AsArray().Count;
            invocation.Output.Result(Output.Pick(issued, "issued", "withheld"), () => ForPeople(invocation.Value(contacts), withheld));
            return ExitStatus.Done;
        });
    }

    private static string ForPeople(string[] chosen, int withheld)
    {
        var others = withheld switch
        {
            0 => "There are no others.",
            1 => "One other contact finds you no more once you have moved, and is told nothing; you can choose them again at any time.",
            _ => $"{withheld} other contacts find you no more once you have moved, and are told nothing; you can choose them again at any time.",
        };
        return (chosen.Length == 0 ? "" : $"{string.Join(", ", chosen)}: new secrets are on their way. ") + others;
    }
}
