using System.Runtime.CompilerServices;
using System.Text;
using Kith.Overlay.Host;
using Kith.Overlay.Walker;
using Kith.Wire;
using Kith.Wire.Bencode;
using Xunit;

namespace Kith.Overlay.Tests.Walker;

/// <summary>
/// The four messages on the wire. <c>Golden/seed-*.bencode</c> are what App-to-app communicator's own message classes (github.com/Jaapp-/app-to-app-communicator, 34aa636) write, in the
/// order of OpenJDK's HashMap; <c>Golden/kith-*.bencode</c> are ours, read by the same classes without an error when they were made.
/// </summary>
public class WalkerMessageTests
{
    private static readonly Endpoint Us = At("203.0.113.45:1873");

    [Fact]
    public void SeedRequest_IsRead()
    {
        Assert.True(WalkerReader.TryRead(Golden("seed-introduction-request"), out var message));
        Assert.Equal(WalkerMessageType.IntroductionRequest, message.Type);
        Assert.Equal("2c624232"u8, message.PeerId);
        Assert.Equal(Us, message.Destination);
        Assert.False(message.SpeaksKith);
        Assert.Null(message.Wanted);
        Assert.True(message.Token.IsEmpty && message.Echo.IsEmpty);
    }

    [Fact]
    public void SeedResponse_IsReadWithPeersAndInvitee()
    {
        Assert.True(WalkerReader.TryRead(Golden("seed-introduction-response"), out var message));
        Assert.Equal(WalkerMessageType.IntroductionResponse, message.Type);
        Assert.True(message.HasInvitee);
        Assert.Equal(At("198.51.100.7:1873"), message.Invitee.Address);
        Assert.Equal("9f86d081"u8, message.Invitee.PeerId);
        Assert.Equal(
            [("198.51.100.7:1873", "9f86d081"), ("[2001:db8::17]:40001", "60303ae2"), ("192.0.2.99:1873", "")], Pex(message));
    }

    [Fact]
    public void SeedResponseOfALonelyPeer_IsReadWithoutAny()
    {
        Assert.True(WalkerReader.TryRead(Golden("seed-introduction-response-alone"), out var message));
        Assert.False(message.HasInvitee);
        Assert.Empty(Pex(message));
    }

    [Fact]
    public void SeedPunctureRequest_IsRead()
    {
        Assert.True(WalkerReader.TryRead(Golden("seed-puncture-request"), out var message));
        Assert.Equal(WalkerMessageType.PunctureRequest, message.Type);
        Assert.Equal(At("198.51.100.7:1873"), message.PuncturePeer.Address);
        Assert.Equal("9f86d081"u8, message.PuncturePeer.PeerId);
    }

    [Fact]
    public void SeedPuncture_IsRead()
    {
        Assert.True(WalkerReader.TryRead(Golden("seed-puncture"), out var message));
        Assert.Equal(WalkerMessageType.Puncture, message.Type);
        Assert.Equal(Us, message.Destination);
    }

    [Theory]
    [InlineData("kith-introduction-request")]
    [InlineData("kith-introduction-response")]
    [InlineData("kith-puncture-request")]
    [InlineData("kith-puncture")]
    [InlineData("kith-introduction-response-to-seed")]
    public void OurMessages_AreTheGoldenOnes(string name)
    {
        var written = Write(name);
        if (Environment.GetEnvironmentVariable("KITH_WRITE_GOLDEN") == "1")
            File.WriteAllBytes(Path.Combine(GoldenFolder(), name + ".bencode"), written);
        Assert.Equal(Encoding.Latin1.GetString(Golden(name)), Encoding.Latin1.GetString(written));
        Assert.True(WalkerReader.TryRead(written, out var message));
        Assert.Equal(!name.EndsWith("seed", StringComparison.Ordinal), message.SpeaksKith);
    }

    [Theory]
    [InlineData("kith-introduction-request")]
    [InlineData("kith-introduction-response")]
    [InlineData("kith-puncture-request")]
    [InlineData("kith-puncture")]
    [InlineData("seed-introduction-request")]
    [InlineData("seed-introduction-response")]
    [InlineData("seed-puncture-request")]
    [InlineData("seed-puncture")]
    public void Messages_AreKnownAsTheWalkersAmongAllDatagrams(string name) => Assert.Equal(DatagramKind.Walker, DatagramKinds.Of(Golden(name)));

    [Fact]
    public void OurPuncture_IsNoLargerThanThePunctureRequestOfASeed() =>
        Assert.True(Golden("kith-puncture").Length <= Golden("seed-puncture-request").Length);

    [Fact]
    public void EveryCut_IsRefused()
    {
        foreach (var name in Names)
        {
            var whole = Golden(name);
            for (var length = 0; length < whole.Length; length++)
                Assert.False(WalkerReader.TryRead(whole.AsSpan(0, length), out _), $"{name} cut to {length}");
            Assert.False(WalkerReader.TryRead([.. whole, (byte)'e'], out _), $"{name} with more behind it");
        }
    }

    [Theory]
    [InlineData("seed-introduction-request", "15:connection_typei0e", "")]
    [InlineData("seed-introduction-request", "7:peer_id8:2c624232", "")]
    [InlineData("seed-introduction-request", "4:typei1e", "")]
    [InlineData("seed-introduction-request", "11:destinationd7:address12:203.0.113.454:porti1873ee", "")]
    [InlineData("seed-introduction-response-alone", "3:pexle", "")]
    [InlineData("seed-introduction-response-alone", "15:internal_sourced7:address12:192.168.1.234:porti1873ee", "")]
    [InlineData("seed-puncture-request", "13:puncture_peerd7:address12:198.51.100.74:porti1873e7:peer_id8:9f86d081e", "")]
    [InlineData("seed-puncture-request", "6:sourced7:address12:192.168.1.234:porti1873ee", "")]
    [InlineData("seed-puncture", "6:sourced7:address12:192.168.1.234:porti1873ee", "")]
    public void MissingField_IsRefusedAsTheSeedWould(string name, string part, string with) => AssertRefused(name, part, with);

    [Theory]
    [InlineData("seed-introduction-request", "4:typei1e", "4:typei5e")]
    [InlineData("seed-introduction-request", "4:typei1e", "4:typei0e")]
    [InlineData("seed-introduction-request", "4:typei1e", "4:type1:1")]
    [InlineData("seed-introduction-request", "4:typei1e", "4:typei1e4:typei1e")]
    [InlineData("seed-introduction-request", "8:2c624232", "3:2c6")]
    [InlineData("seed-introduction-request", "8:2c624232", "8:2c62 232")]
    [InlineData("seed-introduction-request", "8:2c624232", "8:2c62\u0080232")]
    [InlineData("seed-introduction-request", "8:2c624232", "37:2c6242322c6242322c6242322c6242322c6242322")]
    [InlineData("seed-introduction-request", "8:2c624232", "i7e")]
    [InlineData("seed-introduction-request", "porti1873e", "port4:1873")]
    [InlineData("seed-introduction-request", "porti1873e", "porti0e")]
    [InlineData("seed-introduction-request", "porti1873e", "porti65536e")]
    [InlineData("seed-introduction-request", "12:203.0.113.45", "9:localhost")]
    [InlineData("seed-introduction-request", "12:203.0.113.45", "6:127.01")]
    [InlineData("seed-introduction-request", "12:203.0.113.45", "13:203.0.113.045")]
    [InlineData("seed-introduction-request", "12:203.0.113.45", "12:203.0.113.256")]
    [InlineData("seed-introduction-request", "12:203.0.113.45", "0:")]
    [InlineData("seed-introduction-request", "connection_typei0e", "connection_type1:0")]
    [InlineData("seed-introduction-request", "16:network_operator3:KPN", "16:network_operatori3e")]
    [InlineData("seed-introduction-response-alone", "3:pexle", "3:pexde")]
    [InlineData("seed-introduction-response-alone", "3:pexle", "3:pexli1ee")]
    [InlineData("seed-introduction-response-alone", "3:pexle", "3:pexld4:porti1eee")]
    [InlineData("seed-introduction-response-alone", "3:pexle", "3:pexle7:inviteele")]
    [InlineData("kith-introduction-request", "2:kt8:", "2:kt9:x")]
    [InlineData("kith-introduction-request", "2:kni8e", "2:kni-1e")]
    [InlineData("kith-introduction-request", "2:kni8e", "2:kn1:8")]
    public void WrongField_IsRefused(string name, string part, string with) => AssertRefused(name, part, with);

    [Fact]
    public void NestedTooDeep_IsRefused()
    {
        var deep = new string('l', BencodeReader.MaxDepth + 1) + new string('e', BencodeReader.MaxDepth + 1);
        AssertRefused("seed-puncture", "d11:", $"d1:z{deep}11:");
    }

    [Fact]
    public void UnknownKeys_ArePassedOver()
    {
        var text = Encoding.Latin1.GetString(Golden("seed-puncture"));
        Assert.True(WalkerReader.TryRead(Encoding.Latin1.GetBytes("d3:newd1:ali1eee" + text[1..]), out _));
    }

    [Fact]
    public void TooManyPeers_AreRefused()
    {
        var entry = "d7:address7:1.2.3.44:porti9999ee";
        var text = Encoding.Latin1.GetString(Golden("seed-introduction-response-alone"));
        string With(int count) => text.Replace("3:pexle", $"3:pexl{string.Concat(Enumerable.Repeat(entry, count))}e", StringComparison.Ordinal);
        Assert.True(WalkerReader.TryRead(Encoding.Latin1.GetBytes(With(50)), out _));
        Assert.False(WalkerReader.TryRead(Encoding.Latin1.GetBytes(With(WalkerReader.MaxPex + 1)), out _));
    }

    [Fact]
    public void PeersThatAreNone_AreNotUsableAndTheRestIs()
    {
        var entries = "d7:address9:localhost4:porti9999ee" + "d7:address7:1.2.3.44:porti0ee" + "d7:address7:1.2.3.44:porti7777e7:peer_id1:xe"
            + "d7:address24:fe80:0:0:0:1:2:3:4%wlan04:porti7e7:peer_id5:abcdee";
        var text = Encoding.Latin1.GetString(Golden("seed-introduction-response-alone")).Replace("3:pexle", $"3:pexl{entries}e", StringComparison.Ordinal);
        Assert.True(WalkerReader.TryRead(Encoding.Latin1.GetBytes(text), out var message));
        Assert.Equal([("1.2.3.4:7777", ""), ("[fe80::1:2:3:4]:7", "abcde")], Pex(message));
    }

    [Theory]
    [InlineData("1.2.3.4:5")]
    [InlineData("255.255.255.255:65535")]
    [InlineData("[2001:db8:1:2:3:4:5:6]:1")]
    [InlineData("[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:1")]
    [InlineData("[::1]:1")]
    public void AddressText_RoundTrips(string text)
    {
        Span<byte> bytes = stackalloc byte[AddressText.MaxSize];
        var length = AddressText.Write(At(text), bytes);
        Assert.True(AddressText.TryParse(bytes[..length], At(text).Port, out var read));
        Assert.Equal(At(text), read);
    }

    private static string[] Names => [.. Directory.GetFiles(GoldenFolder()).Select(file => Path.GetFileNameWithoutExtension(file)!)];

    private static byte[] Write(string name)
    {
        var to = At("198.51.100.7:1873");
        var additions = new WalkerWriter.Additions("tokentok"u8, "echoecho"u8);
        var writer = new WalkerWriter(new byte[WalkerWriter.MaxDatagram], "c0ffee11"u8, to, additions);
        var plain = new WalkerWriter(new byte[WalkerWriter.MaxDatagram], "c0ffee11"u8, to, default);
        WalkerPeer one = Named("192.0.2.9:40000", "60303ae2"), other = Named("[2001:db8::5]:1873", "");
        return name switch
        {
            "kith-introduction-request" => writer.IntroductionRequest(8).ToArray(),
            "kith-introduction-response" => writer.IntroductionResponse(one, [one, other]).ToArray(),
            "kith-introduction-response-to-seed" => plain.IntroductionResponse(null, []).ToArray(),
            "kith-puncture-request" => writer.PunctureRequest(one).ToArray(),
            _ => writer.Puncture().ToArray(),
        };
    }

    private static WalkerPeer Named(string address, string id)
    {
        var peer = new WalkerPeer(At(address), incoming: true, 0);
        peer.Name(Encoding.ASCII.GetBytes(id));
        return peer;
    }

    private static void AssertRefused(string name, string part, string with)
    {
        var text = Encoding.Latin1.GetString(Golden(name));
        Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.False(WalkerReader.TryRead(Encoding.Latin1.GetBytes(text.Replace(part, with, StringComparison.Ordinal)), out _));
    }

    private static List<(string Address, string Id)> Pex(WalkerMessage message)
    {
        var list = new List<(string Address, string Id)>();
        var pex = new BencodeReader(message.Pex);
        while (WalkerReader.TryReadNext(ref pex, out var entry, out var usable))
        {
            if (usable)
                list.Add((entry.Address.ToString(), Encoding.ASCII.GetString(entry.PeerId)));
        }

        return list;
    }

    private static Endpoint At(string text) => Endpoint.TryParse(text, out var endpoint) ? endpoint : throw new FormatException(text);

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(GoldenFolder(), name + ".bencode"));

    private static string GoldenFolder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Golden");
}
