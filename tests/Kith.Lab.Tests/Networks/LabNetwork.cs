using System.Net;
using Kith.Lab.Tests.Nats;

namespace Kith.Lab.Tests.Networks;

/// <summary>A network at the edge of the lab's internet: its routers, the outermost first (none for a machine that is on the internet itself), and the people behind them.</summary>
internal sealed record LabNetwork(NatKind Kind, IPAddress Outside, IReadOnlyList<NetworkNamespace> Routers, IReadOnlyList<LabMachine> People)
{
    public LabMachine Person => People[0];
}
