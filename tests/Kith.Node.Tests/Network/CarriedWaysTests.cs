using System.Text;
using Kith.Node.Home;
using Kith.Node.Network;
using Kith.Wire;

namespace Kith.Node.Tests.Network;

/// <summary>What an export carries of the ways into Tor's network, and what is refused of one that somebody else wrote.</summary>
public sealed class CarriedWaysTests : IDisposable
{
    private const string Bridge = "obfs4 192.0.2.1:443 0123456789ABCDEF0123456789ABCDEF01234567 cert=abc iat-mode=0";
    private const string Entry = "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300";

    private readonly string _folder = Directory.CreateTempSubdirectory("kith-carried-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void BridgesAndEntryPoints_AreTheSameInTheNewHome_AndNothingElseIsTaken()
    {
        var kept = Taken(new NetworkFile(
            Entries: ["127.0.0.1:1", Entry], TorBridges: [$"  Bridge  {Bridge} ", "nothing 192.0.2.2:9001"], TorTransports: ["nothing=/home/me/nothing"], TorProgram: "/home/me/tor", SwarmKeyFile: "/home/me/key", Holders: ["127.0.0.1:2"], Room: 5));
        Assert.Equal(new NetworkFile(Entries: [Entry], TorBridges: [Bridge, "nothing 192.0.2.2:9001"]), kept);
    }

    [Fact]
    public void NothingIsKept_NothingIsWritten()
    {
        Assert.Equal(new NetworkFile(), Taken(new NetworkFile(Entries: ["127.0.0.1:1"], Room: 5)));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void TorThatRanAlready_IsGoneByInTheNewHomeToo()
    {
        // Its bridges are in its own torrc: a Tor of the new node's own would know none.
        Assert.Equal(new NetworkFile(TorControl: "/run/tor/control", Entries: [Entry]), Taken(new NetworkFile(TorControl: "/run/tor/control", Entries: [Entry])));
    }

    [Fact]
    public void FileWithLinesOfATorrc_IsWantedInTheNewHome_WhereItIsNotYet()
    {
        var kept = Taken(new NetworkFile(TorLinesFile: "/home/me/lines"));
        Assert.Equal(new NetworkFile(TorLinesFile: "/new/home/torrc-lines"), kept);
        Assert.Contains("cannot be read", Assert.Throws<NodeStartException>(() => TorSetup.Open(null, null, null, null, kept.TorLinesFile)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TransportsWithoutAProgramHere_AreNamedOnceEach()
    {
        Assert.True(CarriedWays.TryRead(CarriedWays.Write(new NetworkFile(TorBridges: ["nothing 192.0.2.2:9001", "192.0.2.3:9001", "nothing 192.0.2.4:9001", "never 192.0.2.4:9001"])), out var ways));
        Assert.Equal(["nothing", "never"], ways.MissingTransports());
    }

    [Theory]
    [InlineData(Bridge + "\nClientTransportPlugin obfs4 exec /bin/sh", null)]
    [InlineData(Bridge + " # more", null)]
    [InlineData("Bridge " + Bridge, null)]
    [InlineData("", null)]
    [InlineData("192.0.2.1", null)]
    [InlineData(null, "192.0.2.1:7300")]
    [InlineData(null, "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscrye:7300")]
    [InlineData(null, "ONION/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300")]
    public void LineThatIsNone_IsRefused(string? bridge, string? entry) => Refused(new CarriedWays(null, false, bridge is null ? [] : [bridge], entry is null ? [] : [entry]).ToArray());

    [Fact]
    public void MoreThanThereMayBe_OrBothKindsOfTor_IsRefused()
    {
        Refused(new CarriedWays(null, false, [.. Enumerable.Range(1, 33).Select(static port => $"192.0.2.1:{port}")], []).ToArray());
        Refused(new CarriedWays(null, false, [], [.. Enumerable.Range(1, 33).Select(static port => Entry[..^4] + port)]).ToArray());
        Refused(new CarriedWays("127.0.0.1:9051", false, [Bridge], []).ToArray());
        Refused(new CarriedWays(new string('a', 5_000), false, [], []).ToArray());
    }

    [Fact]
    public void CutLongerOrAlteredAnywhere_IsReadOrRefused_AndNeverMoreThanLines()
    {
        var bytes = new CarriedWays(null, true, [Bridge, "192.0.2.2:9001"], [Entry]).ToArray();
        Assert.True(CarriedWays.TryRead(bytes, out _));
        for (var size = 0; size < bytes.Length; size++)
            Refused(bytes[..size]);
        Refused([.. bytes, 0]);
        for (var at = 0; at < bytes.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var altered = bytes.ToArray();
                altered[at] ^= (byte)(1 << bit);
                if (CarriedWays.TryRead(altered, out var ways))
                    Assert.DoesNotContain(ways.Bridges.Concat(ways.Entries), static line => line.Any(char.IsControl));
            }
        }
    }

    [Fact]
    public void TextThatIsNoUtf8_IsRefused()
    {
        using var writer = new WireWriter();
        writer.WriteByte(1);
        writer.WriteLengthPrefixed([0xFF, 0xFE]);
        writer.WriteVarInt(0);
        writer.WriteVarInt(0);
        Refused(writer.ToArray());
    }

    [Fact]
    public void FileThatWasWrittenByHand_IsNotExportedWithoutItsBridges()
    {
        Assert.Throws<NodeStartException>(() => CarriedWays.Write(new NetworkFile(TorBridges: ["no bridge at all"])));
        Assert.Throws<NodeStartException>(() => CarriedWays.Write(new NetworkFile(TorBridges: [Bridge], TorControl: "127.0.0.1:9051")));
    }

    private static void Refused(byte[] bytes) => Assert.False(CarriedWays.TryRead(bytes, out _), Encoding.UTF8.GetString(bytes));

    private NetworkFile Taken(NetworkFile kept)
    {
        Assert.True(CarriedWays.TryRead(CarriedWays.Write(kept), out var ways));
        ways.Keep(_folder, "/new/home");
        return NetworkFile.Read(_folder);
    }
}
