using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.People;

/// <summary>The program under test: built by the launcher in the checkout's root, then run itself, as the launcher would.</summary>
internal static class KithProgram
{
    private static readonly Lazy<Task<string>> Built = new(BuildAsync);

    /// <summary>Whether the long form of the tests was asked for.</summary>
    public static bool Full { get; } = Environment.GetEnvironmentVariable("KITH_TEST_FULL") == "1";

    /// <summary>Its path, once it is built.</summary>
    public static Task<string> PathAsync() => Built.Value;

    private static async Task<string> BuildAsync()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Kith.slnx")))
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("run the tests from inside a checkout");
        await SystemCommand.RunAsync("", Path.Combine(root, "kith"), "--version");
        return Path.Combine(root, "out", "kith");
    }
}
