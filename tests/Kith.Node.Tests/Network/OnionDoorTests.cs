using Kith.Crypto;
using Kith.Forwarding.Service;
using Kith.Node.Network;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Tcp;
using Kith.Transport.Tor;

namespace Kith.Node.Tests.Network;

/// <summary>What an onion service for strangers serves, called where Tor would bring them.</summary>
public sealed class OnionDoorTests : ISessionTaker, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("kith-door-").FullName;
    private readonly X25519PrivateKey _node = X25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly Ed25519PrivateKey _service = Ed25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly SessionTakers _takers = new();
    private readonly TaskCompletionSource<StreamKind> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TorRun _tor;
    private OnionDoor _door = null!;

    public OnionDoorTests() => _tor = new TorRun(new TorOptions { DataDirectory = _folder }, TimeProvider.System, SystemRandom.Instance);

    bool ISessionTaker.TryTake(ISession session, IStream first)
    {
        _taken.TrySetResult(first.Kind);
        return true;
    }

    public async ValueTask InitializeAsync()
    {
        var carrier = new TorCarrier(new TransportIdentity(_node, null, SystemRandom.Instance), _tor, TimeProvider.System, SystemRandom.Instance);
        _door = await OnionDoor.OpenAsync(_tor, carrier, _service, _takers, TimeProvider.System, static () => { }, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        await _tor.DisposeAsync();
        _node.Dispose();
        _service.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Forwarding_IsServedUnderTheNodesKey()
    {
        _takers.Register(ServiceFrame.StreamKind, this);
        await using var session = await CallAsync();
        Assert.Equal(_node.PublicKey, session.RemoteKey);
        await SayAsync(session, ServiceFrame.StreamKind);
        Assert.Equal(ServiceFrame.StreamKind, await _taken.Task.WaitAsync(Patience));
    }

    [Theory]
    [InlineData(1)] // a peer's
    [InlineData(2)] // a tunnel's
    [InlineData(3)]
    [InlineData(77)]
    public async Task WhateverIsNotForStrangers_EndsTheSession_ThoughSomebodyWouldTakeIt(ushort kind)
    {
        _takers.Register(new StreamKind(kind), this);
        await using var session = await CallAsync();
        await SayAsync(session, new StreamKind(kind));
        await session.Closed.WaitAsync(Patience);
        Assert.False(_taken.Task.IsCompleted);
    }

    [Fact]
    public async Task WhoSaysNothing_IsSentAway()
    {
        _takers.Register(ServiceFrame.StreamKind, this);
        var carrier = new TorCarrier(new TransportIdentity(_node, null, SystemRandom.Instance), _tor, TimeProvider.System, SystemRandom.Instance);
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        await using var door = await OnionDoor.OpenAsync(_tor, carrier, key, _takers, new HastyTime(), static () => { }, CancellationToken.None);
        await using var session = await CallAsync(door);
        await session.Closed.WaitAsync(Patience);
        Assert.False(_taken.Task.IsCompleted);
    }

    /// <summary>Who goes through Tor alone calls nobody another way, though they stand there and would answer.</summary>
    [Fact]
    public async Task DialerOfOnionsAlone_CallsNoOtherAddress()
    {
        var identity = new TransportIdentity(_node, null, SystemRandom.Instance);
        await using var dialer = new NamelessDialer(null, identity, TimeProvider.System) { OnionOnly = true };
        await Assert.ThrowsAsync<SessionException>(() => dialer.ConnectAsync([NodeAddress.Tcp(_door.LocalEndPoint)], null));
        await using var other = new NamelessDialer(null, identity, TimeProvider.System);
        await using var session = await other.ConnectAsync([NodeAddress.Tcp(_door.LocalEndPoint)], null);
        Assert.Equal(_node.PublicKey, session.RemoteKey);
    }

    [Fact]
    public async Task WhereNobodyServes_TheSessionEnds()
    {
        await using var session = await CallAsync();
        await SayAsync(session, ServiceFrame.StreamKind);
        await session.Closed.WaitAsync(Patience);
    }

    private static async Task SayAsync(ISession session, StreamKind kind)
    {
        try
        {
            var stream = await session.OpenStreamAsync(kind);
            await stream.Output.WriteAsync(new byte[] { 0 });
        }
        catch (SessionException)
        {
            // Sent away while it spoke.
        }
    }

    private Task<ISession> CallAsync(OnionDoor? door = null)
    {
        var caller = new TcpCarrier(new TransportIdentity(X25519PrivateKey.Generate(SystemRandom.Instance), null, SystemRandom.Instance), TimeProvider.System);
        return caller.ConnectAsync([NodeAddress.Tcp((door ?? _door).LocalEndPoint)], null);
    }

    // Whatever is waited for is over at once.
    private sealed class HastyTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
