using System.CommandLine;

namespace Kith.Cli.Commands;

/// <summary><c>kith search</c>.</summary>
internal static class SearchCommand
{
    public static Command Create()
    {
        var query = new Argument<string>("WORDS") { Description = "All of them must occur" };
        var contact = new Option<string?>("--in") { Description = "Only in the conversation with this contact", HelpName = "CONTACT" };
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "How many at the most", DefaultValueFactory = _ => 50 };
        return Invocation.Bind(new Command("search", "Finds messages, newest first") { query, contact, limit }, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var within = invocation.Value(contact) is { } name ? "&contact=" + NodeClient.Escape(name) : "";
            var path = $"search?q={Uri.EscapeDataString(invocation.Value(query))}&limit={invocation.Value(limit)}{within}";
            var found = await node.GetAsync(path, cancellationToken).ConfigureAwait(false);
            foreach (var message in found["messages"]!.AsArray())
                invocation.Output.Result(Output.Pick(message!, "id", "contact", "from", "text", "sentAt", "receivedAt", "state", "route"), () => MessageText.Line(message!));
            return ExitStatus.Done;
        });
    }
}
