using System.Net;
using System.Threading.Channels;
using Kith.Crypto;
using Kith.Mailbox.Client;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Udp;

namespace Kith.Mailbox.Tests.Hosting;

/// <summary>Sessions to real nodes on loopback: whatever becomes of them, each request is told of.</summary>
public sealed class HolderSessionsTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly Channel<AskFailure> _told = Channel.CreateUnbounded<AskFailure>();
    private readonly List<MailNode> _nodes = [];
    private readonly List<Exception> _defects = [];
    private readonly UdpPort _port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
    private readonly UdpCarrier _carrier;
    private readonly TransportIdentity _identity;

    public HolderSessionsTests()
    {
        // Less than a session that nothing goes over is kept.
        _patience.CancelAfter(HostingLimits.IdleTime - TimeSpan.FromSeconds(5));
        _identity = new TransportIdentity(_key, null, SystemRandom.Instance);
        _carrier = new UdpCarrier(_port, _identity, TimeProvider.System);
        _port.Start();
    }

    [Fact]
    public async Task MoreHoldersThanSessions_EachHasItsTurn()
    {
        await using var sessions = Sessions(most: 2);
        for (var i = 0; i < 5; i++)
        {
            _nodes.Add(await MailNode.StartAsync(null, 1 << 20));
            sessions.Ask(_nodes[i].Endpoint, SessionUse.Own, Hello());
        }

        for (var i = 0; i < 5; i++)
            await _told.Reader.ReadAsync(_patience.Token);
        Assert.Empty(_defects);
    }

    [Fact]
    public async Task WhatOthersAsk_TakesHalfOfTheSessionsAtMost()
    {
        await using var sessions = Sessions(most: 2);
        for (var i = 0; i < 3; i++)
            _nodes.Add(await MailNode.StartAsync(null, 1 << 20, (_, _, _) => new DeafHolding()));
        sessions.Ask(_nodes[0].Endpoint, SessionUse.Others, Hello());
        sessions.Ask(_nodes[1].Endpoint, SessionUse.Others, Hello());
        Assert.True(_told.Reader.TryRead(out var told)); // at once, and no other
        Assert.Equal((AskFailure.Crowded, 1), (told, sessions.Count));
        sessions.Ask(_nodes[2].Endpoint, SessionUse.Own, Hello());
        Assert.Equal(2, sessions.Count);
        Assert.Empty(_defects);
    }

    [Fact]
    public async Task SessionThatEndsWhileRequestsWaitForRoom_TellsOfEach()
    {
        const int Requests = WireLimits.MaxUnderWay + 8;
        await using var sessions = Sessions(HostingLimits.MaxSessions);
        var deaf = new DeafHolding();
        _nodes.Add(await MailNode.StartAsync(null, 1 << 20, (_, _, _) => deaf));
        for (var i = 0; i < Requests; i++)
            sessions.Ask(_nodes[0].Endpoint, SessionUse.Own, Hello());
        await deaf.Full.WaitAsync(_patience.Token);
        sessions.NetworkChanged();
        for (var i = 0; i < Requests; i++)
            Assert.NotEqual(AskFailure.None, await _told.Reader.ReadAsync(_patience.Token));
        Assert.Empty(_defects);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        await _carrier.DisposeAsync();
        await _port.DisposeAsync();
        _key.Dispose();
        _patience.Dispose();
    }

    private static HolderRequest Hello() => new(new HelloRequest(), static (_, _, _) => { }) { Patience = TimeSpan.FromHours(1) };

    private HolderSessions Sessions(int most) => new(
        new NamelessDialer(_carrier, _identity, TimeProvider.System), (_, _, failure) => _told.Writer.TryWrite(failure), static _ => { }, _defects.Add, TimeProvider.System, most: most);

    /// <summary>Takes what is asked, and answers nothing.</summary>
    private sealed class DeafHolding : IHolding
    {
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _taken;

        public Task Full => _full.Task;

        public long Used => 0;

        public int Boxes => 0;

        public long NextDeadline => long.MaxValue;

        public void Offer(long bytes)
        {
        }

        public void Take(long now, IHolderClient client, ulong number, MailboxRequest request)
        {
            if (++_taken == WireLimits.MaxUnderWay)
                _full.TrySetResult();
        }

        public void Gone(IHolderClient client)
        {
        }

        public void Finish(long now)
        {
        }

        public void Dispose()
        {
        }
    }
}
