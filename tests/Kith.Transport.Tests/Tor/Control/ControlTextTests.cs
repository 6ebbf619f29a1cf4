using System.Net;
using System.Security.Cryptography;
using Kith.Crypto;
using Kith.Transport.Tor.Control;

namespace Kith.Transport.Tests.Tor.Control;

/// <summary>What Tor's lines say, as tor 0.4.9.11 writes them, and what we write.</summary>
public sealed class ControlTextTests
{
    private const string Service = "vwgtqcimkzo7wcd5bcxm72a4iive34t72n2waambvmfxzfc27top2yyd";

    [Fact]
    public void Words_AreReadWithTheirQuotes()
    {
        Assert.True(ControlWords.TryRead(@"A B=c D=""e \""f\"" \n\101"" E=", out var words));
        Assert.Equal(["A"], words.Plain);
        Assert.Equal("c", words["B"]);
        Assert.Equal("e \"f\" \nA", words["D"]);
        Assert.Equal("", words["E"]);
        Assert.Null(words["F"]);
        Assert.False(ControlWords.TryRead("A=\"open", out _));
        Assert.False(ControlWords.TryRead("A=\"open\\", out _));
    }

    [Theory]
    [InlineData("NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY=\"Done\"", 100, "Done", null)]
    [InlineData("WARN BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY=\"Connecting to a relay\" WARNING=\"Connection refused\" REASON=CONNECTREFUSED COUNT=1 RECOMMENDATION=warn", 5, "Connecting to a relay", "Connection refused")]
    public void Bootstrap_IsRead(string line, int progress, string summary, string? warning)
    {
        Assert.True(BootstrapEvent.TryRead(line, out var status));
        Assert.Equal(new BootstrapEvent(progress, summary, warning), status);
    }

    [Theory]
    [InlineData("NOTICE BOOTSTRAP PROGRESS=101 TAG=done SUMMARY=\"Done\"")]
    [InlineData("NOTICE BOOTSTRAP PROGRESS=-1")]
    [InlineData("NOTICE CIRCUIT_ESTABLISHED")]
    [InlineData("")]
    public void AnyOtherStatus_IsNoBootstrap(string line) => Assert.False(BootstrapEvent.TryRead(line, out _));

    [Fact]
    public void Descriptor_AndCircuit_AreRead()
    {
        Assert.True(DescriptorEvent.TryRead($"UPLOADED {Service} UNKNOWN $FD6BED97ACE67540EED3255EBCAE30368291011B~relay9", out var described));
        Assert.Equal((DescriptorEvent.Uploaded, Service), (described!.Action, described.Service.ToString()));
        Assert.False(DescriptorEvent.TryRead("UPLOADED nobody UNKNOWN $FD", out _));
        Assert.True(CircuitLine.TryRead($"12 BUILT $FD6B~relay9,$FD6C~relay8 BUILD_FLAGS=IS_INTERNAL PURPOSE=HS_SERVICE_REND HS_STATE=HSSR_JOINED REND_QUERY={Service}", out var circuit));
        Assert.Equal(("12", CircuitLine.ServiceRendezvous, Service), (circuit!.Id, circuit.Purpose, circuit.Service.ToString()));
        // An id goes back into a command.
        Assert.False(CircuitLine.TryRead("1;2 BUILT PURPOSE=HS_SERVICE_REND", out _));
    }

    [Fact]
    public void AddOnion_HoldsTheExpandedKeyOfRfc8032()
    {
        using var key = Ed25519PrivateKey.FromSeed(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());
        using var client = X25519PrivateKey.FromBytes(new byte[32]);
        var words = ControlCommands.AddOnion(key, [(80, IPEndPoint.Parse("127.0.0.1:99"))], [client.PublicKey]).Split(' ');
        Assert.Equal("ADD_ONION", words[0]);
        var blob = Convert.FromBase64String(words[1]["ED25519-V3:".Length..]);
        Assert.Equal(64, blob.Length);
        // The second half is the hash's own, the first is clamped (section 5.1.5).
        Assert.Equal(SHA512.HashData(key.Seed)[32..], blob[32..]);
        Assert.Equal((0, 64), (blob[0] & 7, blob[31] & 192));
        Assert.Equal(["Flags=V3Auth", "PoWDefensesEnabled=1", "Port=80,127.0.0.1:99"], words[2..5]);
        // 32 bytes of base32 without padding.
        Assert.Equal("ClientAuthV3=".Length + 52, words[5].Length);
        Assert.DoesNotContain("V3Auth", ControlCommands.AddOnion(key, [(80, IPEndPoint.Parse("127.0.0.1:99"))], []), StringComparison.Ordinal);
    }
}
