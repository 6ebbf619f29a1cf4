using System.Text.RegularExpressions;

namespace Kith.Architecture.Tests;

public sealed partial class SourceLayoutTests
{
    private const int MostLines = 500;
    private static readonly string[] NamesThatSayNothing = ["Common", "Utils", "Util", "Helpers", "Helper", "Misc", "Manager"];

    [Fact]
    public void Namespaces_EqualFolders()
    {
        var wrong = Repository.SourceFiles()
            .Select(file => (file, declared: Namespace().Match(File.ReadAllText(file)).Groups["name"].Value))
            .Where(found => found.declared.Length > 0 && found.declared != Expected(found.file))
            .Select(found => $"{Path.GetRelativePath(Repository.Root, found.file)} declares {found.declared}");
        Assert.Empty(wrong);
    }

    [Fact]
    public void NoName_SaysNothing()
    {
        var wrong = Repository.SourceFiles()
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Where(file => Path.ChangeExtension(file, null).Split(Path.DirectorySeparatorChar).Any(part => NamesThatSayNothing.Any(name => part.EndsWith(name, StringComparison.OrdinalIgnoreCase))));
        Assert.Empty(wrong);
    }

    [Fact]
    public void NoFile_IsTooLong()
    {
        var wrong = Repository.SourceFiles()
            .Select(file => (file, lines: File.ReadLines(file).Count()))
            .Where(found => found.lines > MostLines)
            .Select(found => $"{Path.GetRelativePath(Repository.Root, found.file)} has {found.lines} lines");
        Assert.Empty(wrong);
    }

    [Fact]
    public void NothingIsLeftToDo_InTheSource()
    {
        var wrong = Repository.SourceFiles().Where(file => Unfinished().IsMatch(File.ReadAllText(file))).Select(file => Path.GetRelativePath(Repository.Root, file));
        Assert.Empty(wrong);
    }

    private static string Expected(string file) =>
        Path.GetRelativePath(Path.Combine(Repository.Root, "src"), Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK)\b|NotImplementedException", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unfinished();
}
