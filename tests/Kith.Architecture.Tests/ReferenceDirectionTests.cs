using System.Xml.Linq;

namespace Kith.Architecture.Tests;

public sealed class ReferenceDirectionTests
{
    // From the bottom up, as in docs/architecture.md: a room may use those before it.
    private static readonly string[] Rooms =
    [
        "Kith.Wire", "Kith.Crypto", "Kith.Transport", "Kith.Overlay", "Kith.Forwarding", "Kith.Mailbox", "Kith.Delivery", "Kith.Messaging", "Kith.Storage", "Kith.Node", "Kith.Cli",
    ];

    public static TheoryData<string> AllRooms => [.. Rooms];

    [Fact]
    public void EveryProjectUnderSrc_IsARoomOfTheList()
    {
        var found = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).Order();
        Assert.Equal(Rooms.Order(), found);
    }

    [Theory]
    [MemberData(nameof(AllRooms))]
    public void References_PointDownward(string room)
    {
        var above = References(room).Where(used => Array.IndexOf(Rooms, used) >= Array.IndexOf(Rooms, room));
        Assert.Empty(above);
    }

    [Theory]
    [MemberData(nameof(AllRooms))]
    public void ARoom_HoldsCode(string room) =>
        Assert.Contains(Repository.SourceFiles(), file => file.Contains($"/src/{room}/", StringComparison.Ordinal));

    [Theory]
    [InlineData("Kith.Wire", new string[0])]
    [InlineData("Kith.Transport", new string[0])]
    [InlineData("Kith.Overlay", new string[0])]
    [InlineData("Kith.Forwarding", new string[0])]
    [InlineData("Kith.Mailbox", new string[0])]
    [InlineData("Kith.Delivery", new string[0])]
    public void LowerRooms_TakeNoPackages(string room, string[] allowed) => Assert.Equal(allowed, Packages(room));

    [Fact]
    public void OnlyCrypto_CallsLibsodium()
    {
        var callers = Repository.SourceFiles()
            .Where(file => !file.Contains("/src/Kith.Crypto/", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file).Contains("libsodium", StringComparison.Ordinal) && File.ReadAllText(file).Contains("Import(", StringComparison.Ordinal));
        Assert.Empty(callers);
    }

    [Fact]
    public void OnlyTransport_OpensSockets()
    {
        var callers = Repository.SourceFiles()
            .Where(file => !file.Contains("/src/Kith.Transport/", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file).Contains("new Socket(", StringComparison.Ordinal));
        Assert.Empty(callers);
    }

    private static IEnumerable<string> References(string room) => Items(room, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));

    private static IEnumerable<string> Packages(string room) => Items(room, "PackageReference");

    private static IEnumerable<string> Items(string room, string kind) => XDocument
        .Load(Path.Combine(Repository.Root, "src", room, room + ".csproj"))
        .Descendants(kind)
        .Select(item => item.Attribute("Include")!.Value);
}
