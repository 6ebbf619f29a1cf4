using System.Text;
using Kith.Overlay.Host;

namespace Kith.Overlay.Tests.Host;

public sealed class DatagramKindsTests
{
    [Theory]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe", DatagramKind.Dht)]
    [InlineData("d1:rd2:id20:abcdefghij0123456789e1:t2:aa1:y1:re", DatagramKind.Dht)]
    [InlineData("d1:eli201e5:wronge1:t2:aa1:y1:ee", DatagramKind.Dht)]
    [InlineData("d2:ip6:abcdef1:rd2:id20:abcdefghij0123456789e1:t2:aa1:y1:re", DatagramKind.Dht)]
    [InlineData("d1:v4:KI011:y1:qe", DatagramKind.Dht)]
    [InlineData("d11:destinationd7:address9:127.0.0.14:porti1ee7:peer_id20:abcdefghij01234567894:typei1ee", DatagramKind.Walker)]
    [InlineData("d1:e4:abcd1:t4:abcd4:typei4e1:v4:KI01e", DatagramKind.Walker)]
    [InlineData("d4:typei2e7:peer_id3:abce", DatagramKind.Walker)]
    [InlineData("d5:knock3:abce", DatagramKind.Knock)]
    [InlineData("d5:relay3:abce", DatagramKind.Relay)]
    [InlineData("d4:herei4711e3:run8:abcdefghe", DatagramKind.Beacon)]
    [InlineData("de", DatagramKind.None)]
    [InlineData("d", DatagramKind.None)]
    [InlineData("d3:fooi1ee", DatagramKind.None)]
    [InlineData("d3:foo", DatagramKind.None)]
    [InlineData("di1ei2ee", DatagramKind.None)]
    [InlineData("d4:type", DatagramKind.Walker)]
    [InlineData("l4:typee", DatagramKind.None)]
    [InlineData("", DatagramKind.None)]
    internal void ADatagram_IsKnownByItsOutermostKeys(string datagram, DatagramKind kind) => Assert.Equal(kind, DatagramKinds.Of(Encoding.ASCII.GetBytes(datagram)));

    [Fact]
    public void AKeyWithin_DoesNotCount() => Assert.Equal(DatagramKind.None, DatagramKinds.Of("d3:food4:typei1eee"u8));

    [Fact]
    public void ManyKeys_AreNotLookedThrough()
    {
        var text = new StringBuilder("d");
        for (var i = 0; i < 100; i++)
            text.Append("3:abc0:");
        Assert.Equal(DatagramKind.None, DatagramKinds.Of(Encoding.ASCII.GetBytes(text.Append("4:typei1ee").ToString())));
    }

    [Fact]
    public void DeepNesting_IsNobodys()
    {
        var text = "d3:abc" + new string('l', 1000) + new string('e', 1000) + "4:typei1ee";
        Assert.Equal(DatagramKind.None, DatagramKinds.Of(Encoding.ASCII.GetBytes(text)));
    }
}
