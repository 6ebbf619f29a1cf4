using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Hosting;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Sending;
using Kith.Overlay;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Tests.Sessions;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Hosting;

/// <summary>A host under onion whose dialer would call anybody: that it calls no endpoint is its own doing.</summary>
public sealed class OnionHostTests : IForwardingObserver, IAsyncDisposable
{
    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly List<StreamlessNode> _guards = [];

    public OnionHostTests() => _patience.CancelAfter(TimeSpan.FromMinutes(2));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GuardsThatHaveAnEndpointToo_AreCalledThere_ButNotUnderOnion(bool isOnion)
    {
        var kept = new SavedForwarding(MeetingForm.Veiled, [.. Enumerable.Range(0, MeetingLimits.Guards).Select(_ => (ReadOnlyMemory<byte>)Guard().Encoded.ToArray())], []);
        var identity = new TransportIdentity(_key, null, SystemRandom.Instance);
        // No Tor: what is at an onion address is not reached.
        var parts = new ForwardingParts(
            null, () => OwnNetworks.Loopback, 0, new NamelessDialer(null, identity, TimeProvider.System), _key, new ForgetfulForwardingStore(), new SessionTakers(), this, SystemRandom.Instance, TimeProvider.System)
        {
            Saved = kept,
            OnionEntries = isOnion ? [Point()] : null,
        };
        await using var host = ForwardingHost.Start(parts);
        host.Meet(MeetingForm.Veiled, [], sends: true);
        if (!isOnion)
        {
            await UntilAsync(() => _guards.TrueForAll(static guard => guard.Sessions > 0));
            return;
        }

        await UntilAsync(() => host.OnionEntries.Single().State == OnionEntryState.Failed);
        // Whoever calls the guards now comes after the host, which called when it started.
        await using var dialer = new NamelessDialer(null, identity, TimeProvider.System);
        foreach (var guard in _guards)
        {
            await using var session = await dialer.ConnectAsync([NodeAddress.Tcp(guard.Endpoint.ToIPEndPoint())], null, _patience.Token);
            await UntilAsync(() => guard.Sessions > 0);
            Assert.Equal(1, guard.Sessions);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var guard in _guards)
            await guard.DisposeAsync();
        _key.Dispose();
        _patience.Dispose();
    }

    void IForwardingObserver.Received(AccountId from, MessageId id, ReadOnlyMemory<byte> envelope)
    {
    }

    void IForwardingObserver.Acknowledged(SentMessage message)
    {
    }

    void IForwardingObserver.GivenUp(SentMessage message)
    {
    }

    void IForwardingObserver.HasRoom()
    {
    }

    void IForwardingObserver.AddressesChanged(AccountId contact)
    {
    }

    void IForwardingObserver.KeepChanged()
    {
    }

    private static OnionPoint Point()
    {
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        return new OnionPoint(key.PublicKey, 7300);
    }

    private ForwarderDescriptor Guard()
    {
        var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var node = new StreamlessNode(key);
        _guards.Add(node);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        using var forwarding = X25519PrivateKey.Generate(SystemRandom.Instance);
        return ForwarderDescriptor.Sign(key, now, [new PublicForwardingKey(ForwardingEpoch.At(now), forwarding.PublicKey)], [node.Endpoint], Point(), SystemRandom.Instance);
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(5, _patience.Token);
    }
}
