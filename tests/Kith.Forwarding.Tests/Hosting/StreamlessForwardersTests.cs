using System.Collections.Concurrent;
using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Transport.Tests.Sessions;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Hosting;

/// <summary>Whole nodes that call forwarders which let every session come about and allow no stream on it: nobody waits for those for ever, and no session to them stays.</summary>
public sealed class StreamlessForwardersTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<RealForwarder> _nodes = [];
    private readonly ConcurrentBag<StreamlessNode> _streamless = [];

    private CancellationToken Stop => _patience.Token;

    public async ValueTask InitializeAsync()
    {
        _patience.CancelAfter(TimeSpan.FromMinutes(4));
        _nodes.Add(await RealForwarder.StartAsync(null));
        while (_nodes.Count < 7)
            _nodes.Add(await RealForwarder.StartAsync(_nodes[0].Endpoint));
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(static node => node.DisposeAsync().AsTask()));
        await Task.WhenAll(_streamless.Select(static node => node.DisposeAsync().AsTask()));
        _patience.Dispose();
    }

    [Fact]
    public async Task Guards_AreGivenUpForOthers()
    {
        var kept = new SavedForwarding(MeetingForm.Veiled, [.. Enumerable.Range(0, MeetingLimits.Guards).Select(_ => (ReadOnlyMemory<byte>)Add().Encoded.ToArray())], []);
        var one = await RealForwarder.StartAsync(_nodes[0].Endpoint, saved: kept);
        _nodes.Add(one);
        one.Forwarding.Meet(MeetingForm.Veiled, [], sends: true);
        await UntilAsync(() => one.Forwarding.View.Guards == MeetingLimits.Guards);
        Assert.All(_streamless, static node => Assert.NotEqual(0, node.Sessions));
        await UntilAsync(() => _streamless.All(static node => node.Open == 0));
    }

    [Fact]
    public async Task LastForwarderOfAPath_IsCalledByTheOneBefore_AndKeepsNoSession()
    {
        var one = _nodes[1];
        var contact = AccountId.FromBytes(SystemRandom.Instance.NextBytes(AccountId.Size));
        one.Forwarding.Meet(MeetingForm.Veiled, [], sends: true);
        one.Forwarding.SetMeetings(contact, [new MeetingAddress(Add(), MeetingSecret.Draw(SystemRandom.Instance).Handle, SystemRandom.Instance.NextBytes(32))]);
        await UntilAsync(() => one.Forwarding.CanReach(contact) && one.Forwarding.View.Known >= 5);
        var sent = one.Forwarding.Send(contact, new byte[512]);
        Assert.NotNull(sent);
        var node = Assert.Single(_streamless);
        await UntilAsync(() => node.Sessions > 0);
        one.Forwarding.Withdraw(sent.Value);
        await UntilAsync(() => node.Open == 0);
        Assert.Empty(one.AcknowledgedMessages);
    }

    // One more of them, and what it says of itself.
    private ForwarderDescriptor Add()
    {
        var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var node = new StreamlessNode(key);
        _streamless.Add(node);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        using var forwarding = X25519PrivateKey.Generate(SystemRandom.Instance);
        return ForwarderDescriptor.Sign(key, now, [new PublicForwardingKey(ForwardingEpoch.At(now), forwarding.PublicKey)], [node.Endpoint], null, SystemRandom.Instance);
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(20, Stop);
    }
}
