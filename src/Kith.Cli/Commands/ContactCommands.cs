using System.CommandLine;
using System.Text.Json.Nodes;

namespace Kith.Cli.Commands;

/// <summary><c>kith contacts</c>.</summary>
internal static class ContactsCommand
{
    public static Command Create() => Invocation.Bind(new Command("contacts", "Your contacts, most recent conversation first"), async (invocation, cancellationToken) =>
    {
        using var node = invocation.OpenNode();
        var contacts = (await node.GetAsync("contacts", cancellationToken).ConfigureAwait(false))["contacts"]!.AsArray()
            .Where(contact => contact!["state"]!.GetValue<string>() != "request").ToList();
        ContactRows.Print(invocation.Output, contacts);
        return ExitStatus.Done;
    });
}

/// <summary><c>kith requests</c>: people who used a public link and wait for an answer.</summary>
internal static class RequestsCommand
{
    public static Command Create() => Invocation.Bind(new Command("requests", "People who wait for your answer"), async (invocation, cancellationToken) =>
    {
        using var node = invocation.OpenNode();
        var requests = (await node.GetAsync("contacts", cancellationToken).ConfigureAwait(false))["contacts"]!.AsArray()
            .Where(contact => contact!["state"]!.GetValue<string>() == "request").ToList();
        ContactRows.Print(invocation.Output, requests);
        return ExitStatus.Done;
    });
}

/// <summary>Contacts as lines.</summary>
internal static class ContactRows
{
    public static void Print(Output output, IReadOnlyList<JsonNode?> contacts)
    {
        if (output.Json)
        {
            foreach (var contact in contacts)
                output.Result(Output.Pick(contact!, "contact", "name", "verified", "online", "path", "state", "unread", "canFindUs", "privacy", "privacyException"), () => "");
            return;
        }

        string[][] rows = [.. contacts.Select(contact => new[]
        {
            contact!["name"]!.GetValue<string>(),
            contact["contact"]!.GetValue<string>()[..12],
            contact["state"]!.GetValue<string>(),
            WayText.Of(contact["path"]) is { } way ? $"online, {way}" : "",
            contact["verified"]!.GetValue<bool>() ? "verified" : "",
            contact["privacyException"]!.GetValue<string>() is not "none" and var exception ? exception : "",
            contact["canFindUs"]!.GetValue<bool>() ? "" : "cannot find you",
            contact["unread"]!.GetValue<int>() is var unread and > 0 ? $"{unread} unread" : "",
        })];
        output.Note(rows.Length == 0 ? "Nobody yet: make a link with 'kith link', or use one with 'kith add'." : Output.Table(rows));
    }
}

/// <summary>The commands that do one thing to one contact.</summary>
internal static class ContactCommands
{
    public static IEnumerable<Command> All() =>
    [
        Simple("accept", "Accepts a request", HttpMethod.Post, "/accept", null, "accepted"),
        Simple("refuse", "Refuses a request and forgets it", HttpMethod.Post, "/refuse", null, "refused"),
        Simple("block", "Wants nothing more from somebody", HttpMethod.Patch, "", () => new JsonObject { ["blocked"] = true }, "blocked"),
        Simple("unblock", "Takes somebody back", HttpMethod.Patch, "", () => new JsonObject { ["blocked"] = false }, "unblocked"),
        Simple("remove", "Deletes a contact with everything written, on this side", HttpMethod.Delete, "", null, "removed"),
        Rename(),
    ];

    public static Argument<string> Contact() => new("CONTACT") { Description = "A name, or any unambiguous start of an id" };

    private static Command Simple(string name, string description, HttpMethod method, string path, Func<JsonObject>? body, string done)
    {
        var contact = Contact();
        return Invocation.Bind(new Command(name, description) { contact }, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            await node.CallAsync(method, "contacts/" + NodeClient.Escape(invocation.Value(contact)) + path, body?.Invoke(), cancellationToken).ConfigureAwait(false);
            invocation.Output.Result(new JsonObject { ["name"] = invocation.Value(contact), ["state"] = done }, () => $"{invocation.Value(contact)}: {done}");
            return ExitStatus.Done;
        });
    }

    private static Command Rename()
    {
        var contact = Contact();
        var name = new Argument<string>("NAME") { Description = "Your new name for them" };
        return Invocation.Bind(new Command("rename", "Gives a contact another name, on this side") { contact, name }, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var body = new JsonObject { ["name"] = invocation.Value(name) };
            var changed = await node.CallAsync(HttpMethod.Patch, "contacts/" + NodeClient.Escape(invocation.Value(contact)), body, cancellationToken).ConfigureAwait(false);
            invocation.Output.Result(Output.Pick(changed, "contact", "name", "state"), () => $"{invocation.Value(contact)} is {changed["name"]} now.");
            return ExitStatus.Done;
        });
    }
}

/// <summary><c>kith verify</c>: the safety number.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var contact = ContactCommands.Contact();
        var yes = new Option<bool>("--matches") { Description = "You have compared it and it is the same: marks the contact as verified" };
        var no = new Option<bool>("--differs") { Description = "Takes the mark away" };
        var command = new Command("verify", "Shows the number to compare with what the other side sees") { contact, yes, no };
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var path = "contacts/" + NodeClient.Escape(invocation.Value(contact));
            if (invocation.Value(yes) || invocation.Value(no))
                await node.CallAsync(HttpMethod.Put, path + "/verified", new JsonObject { ["verified"] = invocation.Value(yes) }, cancellationToken).ConfigureAwait(false);
            var number = await node.GetAsync(path + "/safety-number", cancellationToken).ConfigureAwait(false);
            invocation.Output.Result(Output.Pick(number, "contact", "safetyNumber", "verified"), () => number["safetyNumber"]!.GetValue<string>());
            return ExitStatus.Done;
        });
    }
}
