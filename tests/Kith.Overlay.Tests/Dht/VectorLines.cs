using System.Runtime.CompilerServices;

namespace Kith.Overlay.Tests.Dht;

/// <summary>The lines of a vector file beside these tests, comments left out.</summary>
internal static class VectorLines
{
    public static IEnumerable<string> Read(string name) =>
        File.ReadLines(Path.Combine(Folder(), "Vectors", name)).Where(line => line.Length > 0 && line[0] != '#');

    private static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
