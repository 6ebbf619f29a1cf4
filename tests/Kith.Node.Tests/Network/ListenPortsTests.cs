using Kith.Crypto;
using Kith.Node.Network;

namespace Kith.Node.Tests.Network;

public sealed class ListenPortsTests
{
    [Fact]
    public void PortOfLastTime_ComesFirstAndTheSystemsChoiceLast()
    {
        var ports = ListenPorts.ToTry(40_000, SystemRandom.Instance).ToList();
        Assert.Equal(40_000, ports[0]);
        Assert.Equal(0, ports[^1]);
        Assert.All(ports.Skip(1).SkipLast(1), port => Assert.InRange(port, ListenPorts.Lowest, ListenPorts.Highest));
    }

    [Fact]
    public void NoneRemembered_StartsBelowThePortsOfOutgoingConnections() =>
        Assert.InRange(ListenPorts.ToTry(0, SystemRandom.Instance).First(), ListenPorts.Lowest, ListenPorts.Highest);
}
