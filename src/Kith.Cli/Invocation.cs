using System.CommandLine;

namespace Kith.Cli;

/// <summary>What every command is given: the home, the output, and the options that all share.</summary>
internal sealed class Invocation(ParseResult parsed)
{
    public static readonly Option<string> HomeOption = new("--home")
    {
        Description = "One person's node: vault, keys, settings. Default: $KITH_HOME, else the platform's data folder",
        HelpName = "DIR",
        Recursive = true,
    };

    public static readonly Option<bool> JsonOption = new("--json")
    {
        Description = "One JSON object a line on standard output; everything for people on standard error",
        Recursive = true,
    };

    public ParseResult Parsed { get; } = parsed;

    public Output Output { get; } = new(parsed.GetValue(JsonOption));

    /// <summary>The home that was named, or null.</summary>
    public string? NamedHome => Parsed.GetValue(HomeOption) is { } named ? Path.GetFullPath(named) : null;

    public string HomePath => NamedHome ?? Home.Default;

    public T Value<T>(Option<T> option) => Parsed.GetValue(option)!;

    public T Value<T>(Argument<T> argument) => Parsed.GetValue(argument)!;

    public NodeClient OpenNode() => NodeClient.Open(HomePath);

    /// <summary>Gives a command its work; a <see cref="CliException"/> becomes its sentence and status.</summary>
    public static Command Bind(Command command, Func<Invocation, CancellationToken, Task<int>> work)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await work(new Invocation(parsed), cancellationToken).ConfigureAwait(false);
            }
            catch (CliException e)
            {
                await Console.Error.WriteLineAsync("kith: " + e.Message).ConfigureAwait(false);
                return e.Status;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ExitStatus.NotDone;
            }
        });
        return command;
    }
}
