namespace Kith.Cli;

/// <summary>How the program ends, as docs/cli.md says.</summary>
internal static class ExitStatus
{
    public const int Done = 0;
    public const int NotDone = 1;
    public const int WrongUsage = 2;
    public const int NoNode = 3;
}

/// <summary>A command that ends here, with one clear sentence for standard error.</summary>
internal sealed class CliException(string sentence, int status = ExitStatus.NotDone) : Exception(sentence)
{
    public int Status { get; } = status;
}
