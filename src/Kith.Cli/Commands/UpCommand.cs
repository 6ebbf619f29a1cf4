using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Kith.Node;

namespace Kith.Cli.Commands;

/// <summary><c>kith up</c>: runs the node of a home until interrupted.</summary>
internal static class UpCommand
{
    private static readonly Option<string?> NameOption = new("--name") { Description = "Your name, as contacts see it", HelpName = "NAME" };
    private static readonly Option<string[]> ListenOption = new("--listen") { Description = "Where other nodes reach this one; port 0 takes the one that the home remembers, else a free one. Default: every interface, port 0", HelpName = "HOST:PORT" };
    private static readonly Option<string> ApiOption = new("--api") { Description = "Where the page and the commands reach it: loopback only", HelpName = "127.0.0.1:PORT", DefaultValueFactory = _ => "127.0.0.1:0" };
    private static readonly Option<string?> PrivacyOption = new("--privacy") { Description = "open: contacts learn your address; veiled: only through forwarders; onion: only through Tor; kept", HelpName = "open|veiled|onion" };
    private static readonly Option<string?> RelayOption = new("--relay") { Description = "Whether sessions may go through other nodes (use), and others' through this one (serve); kept. Off until you say otherwise", HelpName = "off|use|serve|both" };
    private static readonly Option<FileInfo?> PassphraseFileOption = PassphraseCommand.PassphraseFile("--passphrase-file", "A file with the vault's passphrase");

    public static Command Create()
    {
        PrivacyOption.AcceptOnlyFromAmong("open", "veiled", "onion");
        RelayOption.AcceptOnlyFromAmong("off", "use", "serve", "both");
        var command = new Command("up", "Runs your node until interrupted")
        {
            NameOption, ListenOption, ApiOption, PrivacyOption, RelayOption, PassphraseFileOption,
        };
        foreach (var option in NetworkFlags.All)
            command.Add(option);
        return Invocation.Bind(command, RunAsync);
    }

    private static Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken) => ServeAsync(invocation, cancellationToken);

    // Apart, so that the thin commands never load the node's assemblies.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<int> ServeAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        try
        {
            var passphrase = Passphrase.Given(invocation.Value(PassphraseFileOption));
            // A node whose privacy setting was changed is started anew, as what it is made of is another. What a setting was given by flag is kept by its home, and may have been changed since.
            for (var isFirst = true; ; isFirst = false)
            {
                var (node, used) = await StartAsync(invocation, isFirst, passphrase, cancellationToken).ConfigureAwait(false);
                passphrase = used;
                await using (node.ConfigureAwait(false))
                {
                    await EventLines.PrintUntilStoppedAsync(node, invocation.Output, cancellationToken).ConfigureAwait(false);
                }

                if (!node.WantsRestart)
                    break;
            }

            return ExitStatus.Done;
        }
        catch (NodeStartException e)
        {
            throw new CliException(e.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitStatus.Done;
        }
    }

    private static async Task<(KithNode Node, string? Passphrase)> StartAsync(Invocation invocation, bool isFirst, string? passphrase, CancellationToken cancellationToken)
    {
        var options = new NodeOptions
        {
            Home = invocation.HomePath,
            Name = isFirst ? invocation.Value(NameOption) : null,
            Passphrase = passphrase,
            Listen = invocation.Value(ListenOption),
            Api = invocation.Value(ApiOption),
            Privacy = isFirst ? invocation.Value(PrivacyOption) : null,
            Relay = isFirst ? invocation.Value(RelayOption) : null,
            Network = isFirst ? NetworkFlags.Read(invocation) : NetworkFlags.ReadOfRun(invocation),
        };
        try
        {
            return (await KithNode.StartAsync(options, cancellationToken).ConfigureAwait(false), passphrase);
        }
        catch (NodeStartException e) when (e.NeedsPassphrase && passphrase is null && !Console.IsInputRedirected)
        {
            var asked = Passphrase.Ask("passphrase: ", twice: false);
            return (await KithNode.StartAsync(options with { Passphrase = asked }, cancellationToken).ConfigureAwait(false), asked);
        }
    }
}

/// <summary>What a running node prints: that it is ready, then what happens.</summary>
internal static class EventLines
{
    public static async Task PrintUntilStoppedAsync(KithNode node, Output output, CancellationToken cancellationToken)
    {
        var page = node.NewPageAddress();
        var ready = new JsonObject
        {
            ["event"] = "ready",
            ["account"] = node.Account,
            ["api"] = node.ApiAddress,
            ["page"] = page,
            ["listen"] = new JsonArray([.. node.ListenAddresses.Select(address => JsonValue.Create(address))]),
        };
        output.Result(ready, () => $"Your page (the address works once; 'kith page' makes another):\n  {page}\nOther nodes reach this one at {string.Join(", ", node.ListenAddresses)}");
        using var subscription = output.Json ? node.Subscribe(happened => Print(happened, output)) : null;
        await node.Stopped.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Print(NodeEvent happened, Output output)
    {
        var line = new JsonObject { ["event"] = happened.Type };
        foreach (var (name, value) in happened.ToJson())
            line[name] = value?.DeepClone();
        output.Result(line, () => "");
    }
}
