using System.CommandLine;
using System.Text.Json.Nodes;

namespace Kith.Cli.Commands;

/// <summary><c>kith read</c>: a conversation, oldest first.</summary>
internal static class ReadCommand
{
    private const int PageSize = 200;

    public static Command Create()
    {
        var contact = ContactCommands.Contact();
        var follow = new Option<bool>("--follow", "-f") { Description = "Goes on with what comes, until interrupted" };
        var after = new Option<string?>("--after") { Description = "Only what comes after this message", HelpName = "ID" };
        var peek = new Option<bool>("--peek") { Description = "Leaves the messages unread" };
        var command = new Command("read", "Shows a conversation, oldest first, and marks it as read") { contact, follow, after, peek };
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var who = await node.GetAsync("contacts/" + NodeClient.Escape(invocation.Value(contact)), cancellationToken).ConfigureAwait(false);
            var reading = new Reading(node, invocation.Output, who["contact"]!.GetValue<string>(), marks: !invocation.Value(peek));
            if (!invocation.Value(follow))
            {
                await reading.HistoryAsync(invocation.Value(after), cancellationToken).ConfigureAwait(false);
                return ExitStatus.Done;
            }

            // Events are opened first, so that nothing falls between the history and them.
            using var events = await node.OpenStreamAsync(HttpMethod.Get, "events", null, cancellationToken).ConfigureAwait(false);
            await reading.HistoryAsync(invocation.Value(after), cancellationToken).ConfigureAwait(false);
            await reading.FollowAsync(events, cancellationToken).ConfigureAwait(false);
            return ExitStatus.Done;
        });
    }

    /// <summary>Prints each message once.</summary>
    private sealed class Reading(NodeClient node, Output output, string contact, bool marks)
    {
        private readonly HashSet<string> _printed = [];

        public async Task HistoryAsync(string? after, CancellationToken cancellationToken)
        {
            var pages = after is null ? await FromTheStartAsync(cancellationToken).ConfigureAwait(false) : await AfterAsync(after, cancellationToken).ConfigureAwait(false);
            foreach (var message in pages)
                Print(message);
            await MarkAsync(pages.LastOrDefault(message => !message["fromMe"]!.GetValue<bool>()), cancellationToken).ConfigureAwait(false);
        }

        public async Task FollowAsync(Stream events, CancellationToken cancellationToken)
        {
            try
            {
                await foreach (var (type, data) in EventReader.ReadAsync(events, cancellationToken).ConfigureAwait(false))
                {
                    if (type != "message" || data["message"] is not { } message || message["contact"]!.GetValue<string>() != contact || !Print(message))
                        continue;
                    if (!message["fromMe"]!.GetValue<bool>())
                        await MarkAsync(message, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (IOException)
            {
                throw new CliException("the node has stopped.", ExitStatus.NoNode);
            }
        }

        private async Task<List<JsonNode>> FromTheStartAsync(CancellationToken cancellationToken)
        {
            var pages = new Stack<JsonArray>();
            string? before = null;
            while (true)
            {
                var page = await PageAsync(before is null ? "" : "&before=" + before, cancellationToken).ConfigureAwait(false);
                var messages = page["messages"]!.AsArray();
                pages.Push(messages);
                if (!page["more"]!.GetValue<bool>() || messages.Count == 0)
                    return [.. pages.SelectMany(messages => messages).Select(message => message!)];
                before = messages[0]!["id"]!.GetValue<string>();
            }
        }

        private async Task<List<JsonNode>> AfterAsync(string after, CancellationToken cancellationToken)
        {
            var all = new List<JsonNode>();
            while (true)
            {
                var page = await PageAsync("&after=" + Uri.EscapeDataString(after), cancellationToken).ConfigureAwait(false);
                all.AddRange(page["messages"]!.AsArray().Select(message => message!));
                if (!page["more"]!.GetValue<bool>() || all.Count == 0)
                    return all;
                after = all[^1]["id"]!.GetValue<string>();
            }
        }

        private Task<JsonNode> PageAsync(string cursor, CancellationToken cancellationToken) =>
            node.GetAsync($"contacts/{contact}/messages?limit={PageSize}{cursor}", cancellationToken);

        private async Task MarkAsync(JsonNode? newest, CancellationToken cancellationToken)
        {
            if (marks && newest is not null)
                await node.PostAsync($"contacts/{contact}/read", new JsonObject { ["upTo"] = newest["id"]!.GetValue<string>() }, cancellationToken).ConfigureAwait(false);
        }

        private bool Print(JsonNode message)
        {
            if (!_printed.Add(message["id"]!.GetValue<string>()))
                return false;
            output.Result(
                Output.Pick(message, "id", "from", "text", "sentAt", "receivedAt", "state", "route"),
                () => MessageText.Line(message));
            return true;
        }
    }
}

/// <summary>A message as a line for people.</summary>
internal static class MessageText
{
    // Further lines of a text are set in: they cannot pass for messages.
    private const string NextLine = "\n    ";

    public static string Line(JsonNode message)
    {
        var text = message["deleted"]!.GetValue<bool>() ? "(deleted)" : message["text"]!.GetValue<string>().ReplaceLineEndings(NextLine);
        var state = message["fromMe"]!.GetValue<bool>() ? $"  [{message["state"]}]" : "";
        return $"{Output.Time(message["sentAt"])}  {message["from"]}: {text}{state}";
    }
}
