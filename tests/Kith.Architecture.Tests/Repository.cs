namespace Kith.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The source files of the rooms, generated ones left out.</summary>
    public static IEnumerable<string> SourceFiles() => Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !IsBuildOutput(file));

    public static bool IsBuildOutput(string path) => path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules");

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Kith.slnx")))
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("run the tests from inside a checkout");
        return directory;
    }
}
