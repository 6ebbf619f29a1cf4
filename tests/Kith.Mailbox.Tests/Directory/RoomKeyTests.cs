using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Directory;

public sealed class RoomKeyTests
{
    // Computed with Python's hashlib from docs/protocol/mailbox.md.
    [Theory]
    [InlineData("127.0.0.1:4711", "98fc539d3b2c2dec1134bb19b1b8e06f8175a904a444b44b7321356e5f35a845")]
    [InlineData("8.8.8.8:1", "1016ea67f5135b082e65da22f6fc29c350fc981aa227f8fa0bd188d59e6d9a97")]
    [InlineData("8.8.8.8:9999", "1016ea67f5135b082e65da22f6fc29c350fc981aa227f8fa0bd188d59e6d9a97")]
    [InlineData("[2606:4700:4700::1]:9", "3151c22ab9d32cc52aa868e085249a5080b4c985ec7c0ce3ce76ecedbc169be9")]
    public void Place_OfAnAddress_IsTheHashOfItAndOfThePortWhereItIsNotGlobal(string endpoint, string place)
    {
        Assert.True(Endpoint.TryParse(endpoint, out var holder));
        Assert.Equal(BoxAddress.FromBytes(Convert.FromHexString(place)), RoomKey.PlaceOf(holder));
    }

    [Theory]
    [InlineData(0, "6cdd10bfedd772b5c972a96735fbf240182249a3")]
    [InlineData(6, "227cb2de99a90854e594294df72fbcad5f10b82b")]
    public void Key_OfADepth_HasItsFirstBitsAlone(int depth, string key)
    {
        Assert.True(Endpoint.TryParse("8.8.8.8:1", out var holder));
        Assert.True(NodeId.TryRead(Convert.FromHexString(key), out var expected));
        Assert.Equal(expected, RoomKey.At(depth, RoomKey.PrefixAt(RoomKey.PlaceOf(holder), depth)));
    }
}
