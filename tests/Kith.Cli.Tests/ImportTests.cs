using Kith.Cli.Commands;
using Kith.Node;

namespace Kith.Cli.Tests;

/// <summary>What is said of an import's ways into Tor's network, one sentence or two for each thing that its owner must know.</summary>
public sealed class ImportTests
{
    [Fact]
    public void BridgesWhoseProgramIsMissing_AreSaidToStopTor()
    {
        var said = ImportCommand.Say(new ImportedWays(2, 1, ["obfs4"], UsesControlPort: false, LinesFile: null)).ToList();
        Assert.Equal(2, said.Count);
        Assert.Contains("(2)", said[0], StringComparison.Ordinal);
        Assert.Contains("--tor-transport obfs4=FILE", said[1], StringComparison.Ordinal);
        Assert.Contains("nothing goes past the bridges", said[1], StringComparison.Ordinal);
    }

    [Fact]
    public void NothingOfTor_IsNotSpokenOf() => Assert.Empty(ImportCommand.Say(new ImportedWays(0, 0, [], UsesControlPort: false, LinesFile: null)));

    [Fact]
    public void ExportWithoutAny_TorThatRanAlready_AndLinesThatStayedBehind_AreSaid()
    {
        Assert.Contains("no bridges", Assert.Single(ImportCommand.Say(null)), StringComparison.Ordinal);
        Assert.Contains("--tor-control none", Assert.Single(ImportCommand.Say(new ImportedWays(0, 0, [], UsesControlPort: true, LinesFile: null))), StringComparison.Ordinal);
        Assert.Contains("/home/torrc-lines", Assert.Single(ImportCommand.Say(new ImportedWays(0, 0, [], UsesControlPort: false, "/home/torrc-lines"))), StringComparison.Ordinal);
    }
}
