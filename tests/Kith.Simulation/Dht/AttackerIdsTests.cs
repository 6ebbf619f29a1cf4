using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Simulation.Dht;

public sealed class AttackerIdsTests
{
    /// <summary>The vectors of BEP 42: address, seed, and the 21 bits that follow from them.</summary>
    [Theory]
    [InlineData("124.31.75.21:1", 1, "5fbfbf")]
    [InlineData("21.75.31.124:1", 86, "5a3ce9")]
    [InlineData("65.23.51.170:1", 22, "a5d432")]
    [InlineData("84.124.73.14:1", 65, "1b0321")]
    [InlineData("43.213.53.83:1", 90, "e56f6c")]
    public void Ids_AreThoseOfBep42(string address, byte seed, string start)
    {
        Assert.True(Endpoint.TryParse(address, out var endpoint));
        var id = Convert.FromHexString(AttackerIds.IdFor(endpoint.IPv4, (byte)(seed & 7), default).ToString());
        var expected = Convert.FromHexString(start);
        Assert.Equal(expected[..2], id[..2]);
        Assert.Equal(expected[2] & 0xF8, id[2]);
    }
}
