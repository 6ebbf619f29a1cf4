using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Kith.Cli.Commands;

/// <summary><c>kith send</c>.</summary>
internal static class SendCommand
{
    private static readonly string[] Order = ["waiting", "sent", "stored", "delivered", "read"];

    public static Command Create()
    {
        var contact = ContactCommands.Contact();
        var text = new Argument<string>("TEXT") { Description = "What to say; - reads standard input" };
        var route = new Option<string>("--route") { Description = "How it must travel: auto, direct (never through a relay), relay (through one alone), forward (through three forwarders), onion (through Tor) or drop (left with holders); never one that your privacy setting forbids", HelpName = "ROUTE", DefaultValueFactory = _ => "auto" };
        route.AcceptOnlyFromAmong("auto", "direct", "relay", "forward", "onion", "drop");
        var wait = new Option<string>("--wait") { Description = "The state to wait for", HelpName = "sent|stored|delivered", DefaultValueFactory = _ => "sent" };
        wait.AcceptOnlyFromAmong("waiting", "sent", "stored", "delivered", "read");
        var timeout = Duration.Option("--timeout", "How long to wait for it", TimeSpan.FromSeconds(30));
        var command = new Command("send", "Sends a message") { contact, text, route, wait, timeout };
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var said = invocation.Value(text) == "-" ? await ReadInputAsync(cancellationToken).ConfigureAwait(false) : invocation.Value(text);
            var body = new JsonObject
            {
                ["text"] = said,
                ["route"] = invocation.Value(route),
                ["wait"] = invocation.Value(wait),
                ["timeout"] = (int)invocation.Value(timeout).TotalMilliseconds,
            };
            var sent = await node.PostAsync($"contacts/{NodeClient.Escape(invocation.Value(contact))}/messages", body, cancellationToken).ConfigureAwait(false);
            var result = Output.Pick(sent, "id", "state", "route", "elapsed");
            var reason = sent["reason"]?.GetValue<string>();
            if (reason is not null)
                result["reason"] = reason;
            invocation.Output.Result(result, () => $"{sent["state"]}{(WayText.Of(sent["route"]) is { } way ? ", " + way : "")} ({sent["elapsed"]!.GetValue<double>().ToString("0", CultureInfo.InvariantCulture)} ms)");
            if (Array.IndexOf(Order, sent["state"]!.GetValue<string>()) >= Array.IndexOf(Order, invocation.Value(wait)))
                return ExitStatus.Done;
            throw new CliException($"the message is {sent["state"]}, not {invocation.Value(wait)}, after {invocation.Value(timeout).TotalSeconds:0.##} s; it stays in the outbox and goes on being tried.{(reason is null ? "" : " " + reason)}");
        });
    }

    private static async Task<string> ReadInputAsync(CancellationToken cancellationToken)
    {
        // Invalid bytes must not turn into other letters in silence.
        using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            return (await input.ReadToEndAsync(cancellationToken).ConfigureAwait(false)).TrimEnd('\n');
        }
        catch (DecoderFallbackException)
        {
            throw new CliException("the text on standard input is not UTF-8.");
        }
    }
}
