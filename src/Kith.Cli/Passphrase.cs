using System.Text;

namespace Kith.Cli;

/// <summary>Where a passphrase comes from: a file, the environment, or a question on the terminal. Never an argument, which others could see.</summary>
internal static class Passphrase
{
    public const string Variable = "KITH_PASSPHRASE";

    /// <summary>The passphrase that is given without asking, or null.</summary>
    public static string? Given(FileInfo? file)
    {
        if (file is null)
            return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } passphrase ? passphrase : null;
        try
        {
            return File.ReadAllText(file.FullName).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"the passphrase file {file} cannot be read.");
        }
    }

    /// <summary>Asks on the terminal, twice for a new one.</summary>
    /// <exception cref="CliException">There is no terminal to ask on, or the two differ.</exception>
    public static string Ask(string question, bool twice)
    {
        if (Console.IsInputRedirected)
            throw new CliException($"a passphrase is needed: set {Variable} or name a file with --passphrase-file.");
        var first = Prompt(question);
        if (twice && Prompt("once more: ") != first)
            throw new CliException("the two passphrases are not the same.");
        return first;
    }

    private static string Prompt(string question)
    {
        Console.Error.Write(question);
        var typed = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key.Key)
            {
                case ConsoleKey.Enter:
                    Console.Error.WriteLine();
                    return typed.ToString();
                case ConsoleKey.Backspace when typed.Length > 0:
                    typed.Length--;
                    break;
                default:
                    if (!char.IsControl(key.KeyChar))
                        typed.Append(key.KeyChar);
                    break;
            }
        }
    }
}
