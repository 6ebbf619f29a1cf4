using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Kith.Crypto;
using Kith.Overlay.Swarm;

namespace Kith.Cli.Commands;

/// <summary><c>kith swarm-key</c>: makes the key of a private swarm, for its members to be handed over privately.</summary>
internal static class SwarmKeyCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "Where to write it; must not be there yet" };
        var command = new Command("swarm-key", "Makes a private swarm's key: nodes started with it speak only to each other") { file };
        return Invocation.Bind(command, (invocation, _) =>
        {
            var path = invocation.Value(file).FullName;
            Write(path);
            invocation.Output.Result(
                new JsonObject { ["file"] = path },
                () => $"Written to {path}. Whoever has it is a member: hand it over privately. Each member starts with: kith up --swarm-key {path}");
            return Task.FromResult(ExitStatus.Done);
        });
    }

    // Apart, so that the thin commands never load the node's assemblies.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Write(string path)
    {
        using var key = SwarmKey.Generate(SystemRandom.Instance);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using var text = new StreamWriter(new FileStream(path, options));
            text.Write(key.Reveal() + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(File.Exists(path) ? $"{path} is there already: a swarm's key is never overwritten." : $"{path} cannot be written: {e.Message}");
        }
    }
}
