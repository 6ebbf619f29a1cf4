using Kith.LocalSwarm;
using Kith.Overlay.Rendezvous;

namespace Kith.Overlay.Tests.LocalSwarm;

public sealed class SmallNetworkTests
{
    private const int Patience = 120_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task WhereEverybodyKeepsEverything_AThoroughSearchStillAsksTheOthers()
    {
        await using var network = await LocalNetwork.StartAsync(6);
        var (alice, bob) = (new LocalPerson(), new LocalPerson());
        alice.ComeTo(await network.JoinAsync());
        bob.ComeTo(await network.JoinAsync());
        _ = await bob.FindAsync(alice, Stop);
        await bob.Node.UntilAsync(view => view.Stored > 0);

        // On a loaded machine a search may end before anybody answered, with what is here: it is begun again.
        Finding finding;
        do
            finding = await bob.Node.Overlay.FindAsync(alice.Secret, alice.Sought.Maker, isThorough: true, Stop);
        while (finding.Content is null || finding.Hops == 0);
        Assert.Equal([alice.Address], finding.Content.Addresses);
        Assert.True(finding.Queries > 0);
    }
}
