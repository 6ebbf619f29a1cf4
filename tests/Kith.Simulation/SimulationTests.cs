namespace Kith.Simulation;

public sealed class SimulationTests
{
    [Fact]
    public void Room_IsThere() => Assert.NotNull(typeof(Overlay.IDatagramCore));
}
