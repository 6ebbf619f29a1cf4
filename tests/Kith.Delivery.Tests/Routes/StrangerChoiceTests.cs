using System.Net;
using Kith.Delivery.Routes;

namespace Kith.Delivery.Tests.Routes;

public sealed class StrangerChoiceTests
{
    [Fact]
    public void FullOfOneAddress_ItsOldestLeavesAndNotTheLoneVisitor()
    {
        (string Address, long Arrival)[] strangers = [("10.0.0.1", 1), ("10.0.0.2", 4), ("10.0.0.2", 2), ("10.0.0.2", 3)];
        Assert.Equal(2, Choose(strangers));
    }

    [Fact]
    public void AllOfDifferentAddresses_TheOldestLeaves() =>
        Assert.Equal(1, Choose([("10.0.0.3", 5), ("10.0.0.1", 1), ("10.0.0.2", 2)]));

    private static long Choose((string Address, long Arrival)[] strangers) => StrangerChoice
        .ToLeave(strangers, link => new IPEndPoint(IPAddress.Parse(link.Address), 1), link => link.Arrival)
        .Arrival;
}
