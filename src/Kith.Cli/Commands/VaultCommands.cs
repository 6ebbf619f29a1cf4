using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Kith.Node;

namespace Kith.Cli.Commands;

/// <summary><c>kith passphrase</c>: sets, changes or removes the vault's passphrase.</summary>
internal static class PassphraseCommand
{
    public static Command Create()
    {
        var currentFile = PassphraseFile("--current-file", "A file with the present passphrase");
        var newFile = PassphraseFile("--new-file", "A file with the new passphrase");
        var remove = new Option<bool>("--remove") { Description = "Takes the passphrase away" };
        var command = new Command("passphrase", "Sets, changes or removes the passphrase of the vault") { currentFile, newFile, remove };
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var locked = (await node.GetAsync("status", cancellationToken).ConfigureAwait(false))["passphrase"]!.GetValue<bool>();
            var current = !locked ? null : Passphrase.Given(invocation.Value(currentFile)) ?? Passphrase.Ask("present passphrase: ", twice: false);
            var chosen = invocation.Value(remove) ? null
                : invocation.Value(newFile) is { } file ? Passphrase.Given(file) : Passphrase.Ask("new passphrase: ", twice: true);
            await node.CallAsync(HttpMethod.Put, "passphrase", new JsonObject { ["current"] = current, ["new"] = chosen }, cancellationToken).ConfigureAwait(false);
            invocation.Output.Result(new JsonObject { ["passphrase"] = chosen is not null }, () => chosen is null ? "The vault has no passphrase now." : "The vault has a new passphrase.");
            return ExitStatus.Done;
        });
    }

    public static Option<FileInfo?> PassphraseFile(string name, string description) => new(name) { Description = description, HelpName = "FILE" };
}

/// <summary><c>kith export</c>: everything as one encrypted file.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The file to write; it must not exist yet" };
        var passphraseFile = PassphraseCommand.PassphraseFile("--passphrase-file", "A file with the passphrase that will open the export");
        return Invocation.Bind(new Command("export", "Writes everything into one encrypted file") { file, passphraseFile }, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var target = invocation.Value(file).FullName;
            if (File.Exists(target))
                throw new CliException($"{target} exists already.");
            var passphrase = Passphrase.Given(invocation.Value(passphraseFile)) ?? Passphrase.Ask("passphrase for the export: ", twice: true);
            var unfinished = target + ".part";
            try
            {
                using (var export = await node.OpenStreamAsync(HttpMethod.Post, "export", new JsonObject { ["passphrase"] = passphrase }, cancellationToken).ConfigureAwait(false))
                {
                    using var written = CreatePrivate(unfinished);
                    await export.CopyToAsync(written, cancellationToken).ConfigureAwait(false);
                    written.Flush(flushToDisk: true);
                }

                File.Move(unfinished, target);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException)
            {
                File.Delete(unfinished);
                throw new CliException($"{target} could not be written: {e.Message.TrimEnd('.')}.");
            }

            invocation.Output.Result(new JsonObject { ["file"] = target, ["size"] = new FileInfo(target).Length }, () => $"Written to {target}.");
            return ExitStatus.Done;
        });
    }

    private static FileStream CreatePrivate(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}

/// <summary><c>kith import</c>: an export into an empty home; no node may run there.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "A file that 'kith export' wrote" };
        var passphraseFile = PassphraseCommand.PassphraseFile("--passphrase-file", "A file with the export's passphrase");
        return Invocation.Bind(new Command("import", "Takes an export into a new home") { file, passphraseFile }, async (invocation, cancellationToken) =>
        {
            var source = invocation.Value(file).FullName;
            if (!File.Exists(source))
                throw new CliException($"{source} does not exist.");
            var passphrase = Passphrase.Given(invocation.Value(passphraseFile)) ?? Passphrase.Ask("passphrase of the export: ", twice: false);
            var (ways, said) = await RunAsync(source, passphrase, invocation.HomePath, cancellationToken).ConfigureAwait(false);
            invocation.Output.Result(new JsonObject { ["home"] = invocation.HomePath, ["torWays"] = ways }, () =>
                $"Everything is in {invocation.HomePath}; start it with: kith --home {invocation.HomePath} up\n"
                + string.Concat(said.Select(static sentence => sentence + "\n"))
                + "Programs, a swarm's key and entry points that are not onion addresses belong to a machine and are in no export: whoever needs them gives them to that first start.");
            return ExitStatus.Done;
        });
    }

    // Apart, so that the thin commands never load the node's assemblies.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(JsonObject? Ways, IReadOnlyList<string> Said)> RunAsync(string source, string passphrase, string home, CancellationToken cancellationToken)
    {
        try
        {
            var ways = await HomeImport.RunAsync(source, passphrase, home, cancellationToken).ConfigureAwait(false);
            return (ways is null ? null : Draw(ways), [.. Say(ways)]);
        }
        catch (NodeStartException e)
        {
            throw new CliException(e.Message);
        }
    }

    private static JsonObject Draw(ImportedWays ways) => new()
    {
        ["bridges"] = ways.Bridges,
        ["entries"] = ways.Entries,
        ["missingTransports"] = new JsonArray([.. ways.MissingTransports.Select(static name => JsonValue.Create(name))]),
        ["usesControlPort"] = ways.UsesControlPort,
        ["linesFile"] = ways.LinesFile,
    };

    /// <summary>What whoever starts the new home must know of its ways into Tor's network.</summary>
    internal static IEnumerable<string> Say(ImportedWays? ways)
    {
        if (ways is null)
        {
            yield return "This export is from a Kith that put no bridges into it: whoever needs some gives them to that first start, or Tor's network is called without.";
            yield break;
        }

        if (ways.Bridges > 0)
            yield return $"Its bridges are kept ({ways.Bridges}): Tor's network is called through them and no other way.";
        foreach (var transport in ways.MissingTransports)
            yield return $"A program for {transport} is not on this machine. Until it is installed, or given by --tor-transport {transport}=FILE, Tor is not started, and nothing goes past the bridges.";
        if (ways.UsesControlPort)
            yield return "It goes by a Tor that runs already, at the same control port as before. Bridges of that Tor are set in its own torrc: see to them before that first start. --tor-control none starts one without any.";
        if (ways.LinesFile is { } file)
            yield return $"It used further lines of a torrc, which are in no export: it does not start until they are in {file}, or --tor-lines says otherwise.";
    }
}
