namespace Kith.Browser.Tests;

/// <summary>Where things stand in the checkout that the tests run from.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    /// <summary>The launcher, as people call it.</summary>
    public static string Launcher { get; } = Path.Combine(Root, "kith");

    /// <summary>Deque's accessibility check, as npm installs it with the page.</summary>
    public static string Axe { get; } = Path.Combine(Root, "web", "node_modules", "axe-core", "axe.min.js");

    /// <summary>Whether the long form of the tests was asked for.</summary>
    public static bool Full { get; } = Environment.GetEnvironmentVariable("KITH_TEST_FULL") == "1";

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Kith.slnx")))
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("run the tests from inside a checkout");
        return directory;
    }
}
