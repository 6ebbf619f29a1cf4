namespace Kith.Cli;

/// <summary>Where a person's node lives.</summary>
internal static class Home
{
    /// <summary>The default: $KITH_HOME, else the platform's data folder.</summary>
    public static string Default => Environment.GetEnvironmentVariable("KITH_HOME") is { Length: > 0 } home ? home : DataFolder("kith");

    /// <summary>Where the demo's two people live when no home is named.</summary>
    public static string Demo => Environment.GetEnvironmentVariable("KITH_HOME") is { Length: > 0 } home ? home : DataFolder("kith-demo");

    private static string DataFolder(string name)
    {
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(data.Length > 0 ? data : Path.Combine(Path.GetTempPath(), Environment.UserName), name);
    }
}
