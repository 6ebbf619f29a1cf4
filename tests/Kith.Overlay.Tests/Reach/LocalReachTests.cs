using Kith.Crypto;
using Kith.LocalSwarm;
using Kith.Overlay.Reach;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Tests.Reach;

/// <summary>Real sockets on 127.0.0.1: three nodes, of which one introduces the others.</summary>
public sealed class LocalReachTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoNodes_MeetThroughAThird()
    {
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        using var otherKey = X25519PrivateKey.Generate(SystemRandom.Instance);
        await using var introducer = LocalNode.Start(null);
        await using var caller = LocalNode.Start(introducer.Endpoint, With(key));
        await using var called = LocalNode.Start(introducer.Endpoint, With(otherKey));
        caller.Overlay.Reach.SetContacts([otherKey.PublicKey]);
        called.Overlay.Reach.SetContacts([key.PublicKey]);
        await called.UntilAsync(view => view.Via.Count > 0);
        Assert.True(NodeAddress.TryParse(called.Overlay.View.Via[0], out var via));
        Assert.Equal(introducer.Endpoint, Endpoint.From(via!.ToIPEndPoint()!));

        var reached = new TaskCompletionSource<Endpoint>();
        using var watch = called.Overlay.Reach.Watch(key.PublicKey, at => reached.TrySetResult(at));
        var working = new List<Endpoint>();
        var outcome = await caller.Overlay.Reach.CallAsync(otherKey.PublicKey, [(introducer.Endpoint, via.Handle!.Value)], working.Add, Cancellation);
        Assert.Equal(ReachResult.Direct, outcome.Result);
        Assert.Equal([called.Endpoint], working);
        Assert.Equal(caller.Endpoint, await reached.Task.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task CallThatIsGivenUp_IsCancelled_AndTheEndEndsTheRest()
    {
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var node = LocalNode.Start(null, With(key));
        (Endpoint, NodeHandle)[] via = [(node.Endpoint.WithPort(9), new NodeHandle(new Bits128(0, 1)))];
        using var giveUp = new CancellationTokenSource();
        var call = node.Overlay.Reach.CallAsync(key.PublicKey, via, _ => { }, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var open = node.Overlay.Reach.CallAsync(key.PublicKey, via, _ => { }, Cancellation);
        await node.DisposeAsync();
        Assert.Equal(ReachResult.NotCalled, (await open).Result);
        Assert.Equal(ReachResult.NotCalled, (await node.Overlay.Reach.CallAsync(key.PublicKey, via, _ => { }, Cancellation)).Result);
    }

    private static OverlayOptions With(X25519PrivateKey key) => new() { Identity = new TransportIdentity(key, null, SystemRandom.Instance) };
}
