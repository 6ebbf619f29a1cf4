using Kith.Crypto;
using Kith.LocalSwarm;
using Kith.Overlay.Rendezvous;

namespace Kith.Overlay.Tests.LocalSwarm;

public sealed class LocalNetworkTests : IAsyncLifetime
{
    private const int Nodes = 200;
    private const int Patience = 300_000;
    private LocalNetwork _network = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _network = await LocalNetwork.StartAsync(Nodes);

    public async ValueTask DisposeAsync() => await _network.DisposeAsync();

    [Fact(Timeout = Patience)]
    public async Task TwoHundredNodes_AllKnowOthers_AndTwoContactsWhoBothMovedFindEachOther()
    {
        Assert.Equal(Nodes, _network.Nodes.Count);
        await Task.WhenAll(_network.Nodes.Select(node => node.UntilAsync(view => view is { Nodes: >= 10, Active: >= 3, Wan: not null })));
        Assert.All(_network.Nodes, node => Assert.Equal(node.Endpoint, node.Overlay.View.Wan));
        Assert.All(_network.Nodes, node => Assert.False(node.Overlay.View.IsReadOnly));

        var (alice, bob) = (new LocalPerson(), new LocalPerson());
        alice.ComeTo(await _network.JoinAsync());
        bob.ComeTo(await _network.JoinAsync());
        _ = await alice.FindAsync(bob, Stop);
        _ = await bob.FindAsync(alice, Stop);

        await alice.MoveAsync(_network.Entry);
        await bob.MoveAsync(_network.Entry);
        var findings = await Task.WhenAll(alice.FindAsync(bob, Stop), bob.FindAsync(alice, Stop));
        // Where they are now, and nothing else of what they said. How many nodes were asked is no part of it: a new node may be in charge of the record itself.
        Assert.Equal([bob.Address], findings[0].Content!.Addresses);
        Assert.Equal([alice.Address], findings[1].Content!.Addresses);
        await alice.Node.DisposeAsync();
        await bob.Node.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task ATenthGone_ContactsAreFoundStill()
    {
        var (alice, bob) = (new LocalPerson(), new LocalPerson());
        alice.ComeTo(await _network.JoinAsync());
        bob.ComeTo(await _network.JoinAsync());
        _ = await alice.FindAsync(bob, Stop);
        await _network.VanishAsync(oneIn: 10, spared: 2);
        _ = await bob.FindAsync(alice, Stop);
        _ = await alice.FindAsync(bob, Stop);
    }

    [Fact(Timeout = Patience)]
    public async Task ANodeComesInAgain_ByThoseItRemembers()
    {
        var node = await _network.JoinAsync();
        var remembered = node.Overlay.Remembered;
        Assert.NotEmpty(remembered);
        await using var again = LocalNode.Start(null, new OverlayOptions { Remembered = remembered });
        await again.UntilAsync(view => view.Nodes >= 10);
        Assert.Contains(again.Overlay.View.Entries, entry => entry is { Source: EntrySource.Remembered, State: EntryState.Answered });
    }

    [Fact(Timeout = Patience)]
    public async Task WhatNobodyPublished_IsNotFound()
    {
        using var maker = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        var node = await _network.JoinAsync();
        var finding = await node.Overlay.FindAsync(new FindSecret(new byte[FindSecret.Size]), maker.PublicKey, isThorough: false, Stop);
        Assert.Null(finding.Content);
        Assert.True(finding.Queries > 0);
    }
}
