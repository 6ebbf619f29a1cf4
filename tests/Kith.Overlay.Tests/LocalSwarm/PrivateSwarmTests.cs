using System.Text;
using Kith.Crypto;
using Kith.LocalSwarm;
using Kith.Overlay.Swarm;

namespace Kith.Overlay.Tests.LocalSwarm;

public sealed class PrivateSwarmTests : IAsyncLifetime
{
    private const int Members = 12;
    private readonly SwarmKey _key = SwarmKey.Generate(SystemRandom.Instance);
    private LocalNetwork _swarm = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _swarm = await LocalNetwork.StartAsync(Members, new OverlayOptions { Swarm = _key });

    public async ValueTask DisposeAsync()
    {
        await _swarm.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task Members_FindEachOther()
    {
        var (alice, bob) = (new LocalPerson(), new LocalPerson());
        alice.ComeTo(await _swarm.JoinAsync());
        bob.ComeTo(await _swarm.JoinAsync());
        _ = await alice.FindAsync(bob, Stop);
    }

    [Fact]
    public async Task AKnock_ReachesAContactSomewhereInTheSwarm()
    {
        var (alice, bob) = (new LocalPerson(), new LocalPerson());
        alice.ComeTo(await _swarm.JoinAsync());
        bob.ComeTo(await _swarm.JoinAsync());
        bob.Node.Overlay.Listen([alice.Sought]);
        await Task.WhenAll(_swarm.Nodes.Select(node => node.UntilAsync(view => view.Active >= 4)));
        alice.Node.Overlay.Knock(alice.Secret);
        var (secret, content) = await bob.Node.NextKnockAsync(Stop);
        Assert.Equal(alice.Secret, secret);
        Assert.Equal([alice.Address], content.Addresses);
    }

    [Fact]
    public async Task AnOutsider_HearsNothing_WhateverItSends()
    {
        await using var outsider = new Outsider();
        using var otherKey = SwarmKey.Generate(SystemRandom.Instance);
        using var other = new SwarmSeal(otherKey, SystemRandom.Instance, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var inputs = Inputs().ToList();
        var wire = new byte[2048];
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var member in _swarm.Nodes)
        {
            foreach (var input in inputs)
            {
                outsider.Send(member.Endpoint, input);
                outsider.Send(member.Endpoint, wire.AsSpan(0, other.Seal(now, member.Endpoint, input, wire)));
            }
        }

        await AllTakenAsync();
        Assert.Equal(0, outsider.Heard);
    }

    [Fact]
    public async Task AMembersDatagram_SentOnByAnOutsider_IsAnsweredByNobody()
    {
        // The outsider is somebody's entry point, so that it gets a member's datagrams, and sends each on to every member.
        var got = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var relaying = new Outsider();
        var recorded = 0;
        await using var outsider = new Outsider(datagram =>
        {
            foreach (var member in _swarm.Nodes)
                relaying.Send(member.Endpoint, datagram);
            if (Interlocked.Increment(ref recorded) == 4)
                got.TrySetResult();
        });
        await using var deceived = LocalNode.Start(outsider.Endpoint, new OverlayOptions { Swarm = _key });
        await got.Task;
        await AllTakenAsync();
        Assert.Equal(0, relaying.Heard);
    }

    [Fact]
    public async Task ANodeOfTheOpenNetwork_ComesInNowhere()
    {
        await using var stranger = LocalNode.Start(_swarm.Entry);
        await stranger.UntilAsync(view => view.Entries is [{ State: EntryState.Failed }]);
        Assert.Equal(0, stranger.Overlay.View.Nodes);
        Assert.Equal(0, stranger.Overlay.View.BytesIn);
    }

    // What was sent before has been taken when a member's own question, sent after it, is answered: the sockets keep order.
    private async Task AllTakenAsync()
    {
        await using var member = LocalNode.Start(_swarm.Entry, new OverlayOptions { Swarm = _key });
        await member.UntilAsync(view => view.Nodes >= 10);
    }

    private static IEnumerable<byte[]> Inputs()
    {
        const string id = "abcdefghij0123456789";
        string[] texts =
        [
            $"d1:ad2:id20:{id}e1:q4:ping1:t2:aa1:y1:qe",
            $"d1:ad2:id20:{id}6:target20:{id}e1:q9:find_node1:t2:aa1:y1:qe",
            $"d1:ad2:id20:{id}6:target20:{id}e1:q3:get1:t2:aa1:y1:qe",
            $"d1:ad2:id20:{id}9:info_hash20:{id}e1:q9:get_peers1:t2:aa1:y1:qe",
            $"d1:rd2:id20:{id}e1:t2:aa1:y1:re",
            "d15:connection_typei1e11:destinationd7:address9:127.0.0.14:porti4711ee15:internal_sourced7:address9:127.0.0.14:porti4712ee16:network_operator0:7:peer_id8:abcdefgh4:typei1ee",
            "d5:knock3:abce",
            "d4:herei4711e3:run8:abcdefgh4:wanti1ee",
            "d",
            "de",
        ];
        foreach (var text in texts)
            yield return Encoding.ASCII.GetBytes(text);
        for (var length = 0; length < 1400; length = length * 3 / 2 + 1)
        {
            var random = SystemRandom.Instance.NextBytes(length);
            if (length > 0 && length % 2 == 0)
                random[0] = (byte)'d';
            yield return random;
        }
    }
}
