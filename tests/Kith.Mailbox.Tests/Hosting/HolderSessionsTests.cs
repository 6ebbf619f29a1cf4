using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Tests.Sessions;
using Kith.Transport.Udp;

namespace Kith.Mailbox.Tests.Hosting;

/// <summary>Sessions to real nodes on loopback: whatever becomes of them, each request is told of.</summary>
public sealed class HolderSessionsTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly Channel<AskFailure> _told = Channel.CreateUnbounded<AskFailure>();
    private readonly List<MailNode> _nodes = [];
    private readonly List<Exception> _defects = [];
    private readonly ConcurrentBag<Kith.Wire.Endpoint> _failed = [];
    private readonly HeldClock _clock = new();
    private readonly BoxKeys _box = Rows.Keys();
    private readonly UdpPort _port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
    private readonly UdpCarrier _carrier;
    private readonly TransportIdentity _identity;

    public HolderSessionsTests()
    {
        _patience.CancelAfter(Patience);
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
    public async Task SessionThatWeEndWhileRequestsWaitForRoom_TellsOfEach_AndIsHeldAgainstNobody()
    {
        const int Requests = HostingLimits.Places + 8;
        await using var sessions = Sessions(HostingLimits.MaxSessions);
        var deaf = new DeafHolding();
        _nodes.Add(await MailNode.StartAsync(null, 1 << 20, (_, _, _) => deaf));
        for (var i = 0; i < Requests; i++)
            sessions.Ask(_nodes[0].Endpoint, SessionUse.Own, Hello());
        await deaf.Full.WaitAsync(_patience.Token);
        sessions.NetworkChanged();
        for (var i = 0; i < Requests; i++)
            Assert.Equal(AskFailure.Withdrawn, await _told.Reader.ReadAsync(_patience.Token));
        Assert.Empty(_failed);
        Assert.Empty(_defects);
    }

    [Fact]
    public async Task OneAskerWithASilentHolder_DoesNotKeepAnotherWaiting()
    {
        await using var sessions = Sessions(HostingLimits.MaxSessions);
        var some = new SomeHolding();
        _nodes.Add(await MailNode.StartAsync(null, 1 << 20, (_, _, _) => some));
        var one = new PassedFor(new object(), null, HasAddress: true);
        for (var i = 0; i < 60; i++)
            sessions.Ask(_nodes[0].Endpoint, SessionUse.Others, Silent() with { For = one });
        await some.Taken(HostingLimits.PlacesOfAsker).WaitAsync(_patience.Token);
        var another = new PassedFor(new object(), null, HasAddress: true);
        for (var i = 0; i < 60; i++)
            sessions.Ask(_nodes[0].Endpoint, SessionUse.Others, Hello() with { For = another });
        for (var i = 0; i < 60; i++)
            Assert.Equal(AskFailure.None, await _told.Reader.ReadAsync(_patience.Token));
        Assert.Equal(HostingLimits.PlacesOfAsker, some.Silent);
        Assert.Empty(_defects);
    }

    [Fact]
    public async Task LateAnswer_KeepsItsPlace_SoThatNoMoreAreUnderWayThanMayBe()
    {
        await using var sessions = Sessions(HostingLimits.MaxSessions);
        var some = new SomeHolding();
        _nodes.Add(await MailNode.StartAsync(null, 1 << 20, (_, _, _) => some));
        for (var i = 0; i < 3 * WireLimits.MaxUnderWay; i++)
            sessions.Ask(_nodes[0].Endpoint, SessionUse.Others, Silent() with { Patience = TimeSpan.FromSeconds(1), For = new PassedFor(new object(), null, HasAddress: true) });
        await some.Taken(HostingLimits.Places).WaitAsync(_patience.Token);
        _clock.Pass(TimeSpan.FromSeconds(1));
        // What has a place is given up, and what waits for one is not sent any more.
        var told = new Dictionary<AskFailure, int>();
        for (var i = 0; i < 3 * WireLimits.MaxUnderWay; i++)
        {
            var failure = await _told.Reader.ReadAsync(_patience.Token);
            told[failure] = told.GetValueOrDefault(failure) + 1;
        }

        Assert.Equal(HostingLimits.Places, some.Silent);
        Assert.Equal(HostingLimits.Places, told[AskFailure.Ended]);
        Assert.Equal((3 * WireLimits.MaxUnderWay) - HostingLimits.Places, told[AskFailure.Crowded]);
        // The session stands: a node that has more under way than may be is told off it.
        Assert.Equal(1, sessions.Count);
        some.AnswerSilent();
        for (var i = 0; i < WireLimits.MaxUnderWay; i++)
            sessions.Ask(_nodes[0].Endpoint, SessionUse.Others, Hello());
        for (var i = 0; i < WireLimits.MaxUnderWay; i++)
            Assert.Equal(AskFailure.None, await _told.Reader.ReadAsync(_patience.Token));
        Assert.Equal(1, some.Clients);
        Assert.Empty(_defects);
    }

    [Fact]
    public async Task AnswerThatIsDueForTooLong_EndsTheSession_AndThatIsNotOurDoing()
    {
        await using var sessions = Sessions(HostingLimits.MaxSessions);
        var some = new SomeHolding();
        _nodes.Add(await MailNode.StartAsync(null, 1 << 20, (_, _, _) => some));
        var one = new PassedFor(new object(), null, HasAddress: true);
        sessions.Ask(_nodes[0].Endpoint, SessionUse.Others, Silent() with { Patience = TimeSpan.FromSeconds(1), For = one });
        sessions.Ask(_nodes[0].Endpoint, SessionUse.Others, Silent() with { For = one });
        await some.Taken(2).WaitAsync(_patience.Token);
        _clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(AskFailure.Ended, await _told.Reader.ReadAsync(_patience.Token));
        _clock.Pass(HostingLimits.LateAnswer);
        var told = AskFailure.None;
        while (told == AskFailure.None)
            told = await _told.Reader.ReadAsync(_patience.Token); // it does answer whether it is there
        Assert.Equal(AskFailure.Ended, told);
        Assert.Empty(_defects);
    }

    [Fact]
    public async Task WhatIsDroppedWhileItWaits_IsNeverSent()
    {
        await using var sessions = Sessions(HostingLimits.MaxSessions);
        var some = new SomeHolding();
        _nodes.Add(await MailNode.StartAsync(null, 1 << 20, (_, _, _) => some));
        var one = new PassedFor(new object(), null, HasAddress: true);
        for (var i = 0; i < HostingLimits.PlacesOfAsker; i++)
            sessions.Ask(_nodes[0].Endpoint, SessionUse.Others, Silent() with { For = one });
        await some.Taken(HostingLimits.PlacesOfAsker).WaitAsync(_patience.Token);
        var waiting = Silent() with { For = one };
        sessions.Ask(_nodes[0].Endpoint, SessionUse.Others, waiting);
        sessions.Drop(_nodes[0].Endpoint, SessionUse.Others, waiting);
        some.AnswerSilent();
        for (var i = 0; i < HostingLimits.PlacesOfAsker; i++)
            await _told.Reader.ReadAsync(_patience.Token);
        sessions.Ask(_nodes[0].Endpoint, SessionUse.Others, Hello() with { For = one });
        Assert.Equal(AskFailure.None, await _told.Reader.ReadAsync(_patience.Token));
        Assert.Equal(HostingLimits.PlacesOfAsker, some.Silent);
    }

    [Fact]
    public async Task OwnSessions_AreMade_WhileManyForOthersHang()
    {
        await using var sessions = Sessions(HostingLimits.MaxSessions);
        _nodes.Add(await MailNode.StartAsync(null, 1 << 20));
        List<System.Net.Sockets.Socket> deaf = [];
        try
        {
            for (var i = 0; i < HostingLimits.MaxSessions / HostingLimits.OthersShare; i++)
            {
                var listener = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                deaf.Add(listener);
                listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                listener.Listen();
                sessions.Ask(Kith.Wire.Endpoint.From((IPEndPoint)listener.LocalEndPoint!), SessionUse.Others, new HolderRequest(new HelloRequest(), static (_, _, _) => { }) { IsFree = true, For = new PassedFor(new object(), null, HasAddress: true) });
            }

            var own = Hello();
            sessions.Ask(_nodes[0].Endpoint, SessionUse.Others, own, isOwn: true);
            var first = await _told.Reader.ReadAsync(_patience.Token);
            Assert.Equal(AskFailure.None, first);
        }
        finally
        {
            deaf.ForEach(static one => one.Dispose());
        }
    }

    [Fact]
    public async Task HolderThatAllowsNoStreams_IsGivenUp_AndWhatWaitsIsToldOf()
    {
        await using var node = new StreamlessNode();
        await using var sessions = Sessions(HostingLimits.MaxSessions, TimeProvider.System);
        // Less than a session that nothing goes over is kept.
        _patience.CancelAfter(HostingLimits.IdleTime - TimeSpan.FromSeconds(5));
        sessions.Ask(node.Endpoint, SessionUse.Own, Hello());
        Assert.Equal(AskFailure.Unreachable, await _told.Reader.ReadAsync(_patience.Token));
        Assert.Equal(1, node.Sessions);
        while (node.Open > 0 || sessions.Count > 0)
            await Task.Delay(20, _patience.Token);
        Assert.Empty(_defects);
    }

    [Fact]
    public async Task WhatIsForOneKeyAlone_IsNotWrittenToAnother()
    {
        ConcurrentBag<(Kith.Wire.Endpoint? From, MailboxRequest Request)> asked = [];
        _nodes.Add(await MailNode.StartAsync(null, 1 << 20, (_, _, _) => new AskedHolding(asked)));
        await using var sessions = Sessions(HostingLimits.MaxSessions);
        // There is a session already, made for something that anybody might be asked.
        sessions.Ask(_nodes[0].Endpoint, SessionUse.Own, Hello());
        Assert.Equal(AskFailure.None, await _told.Reader.ReadAsync(_patience.Token));
        var read = new HolderRequest(new ReadRequest(_box.Box, ReadFlags.None, 0, 0, []) { Key = _box.Read }, static (_, _, _) => { });
        sessions.Ask(_nodes[0].Endpoint, SessionUse.Own, read with { OnlyTo = _key.PublicKey });
        Assert.Equal(AskFailure.Unreachable, await _told.Reader.ReadAsync(_patience.Token));
        sessions.Ask(_nodes[0].Endpoint, SessionUse.Own, read with { OnlyTo = _nodes[0].Key });
        Assert.Equal(AskFailure.None, await _told.Reader.ReadAsync(_patience.Token));
        Assert.Single(asked);
        Assert.Empty(_defects);
    }

    [Fact]
    public async Task WaitingForAPlaceToDial_IsNotTheHoldersFailure()
    {
        using var places = new SemaphoreSlim(0);
        using var connection = new HolderConnection(Kith.Wire.Endpoint.FromIPv4(0xC600_0105, 4_000), static (_, _, _) => { }, TimeProvider.System, TimeSpan.FromMilliseconds(200));
        var dialed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = connection.RunAsync(
            places,
            async ct =>
            {
                dialed.TrySetResult(ct.IsCancellationRequested);
                await Task.Delay(Timeout.Infinite, ct);
                throw new InvalidOperationException();
            },
            static _ => { },
            _defects.Add);
        await Task.Delay(500, _patience.Token);
        Assert.False(running.IsCompleted);
        places.Release();
        Assert.False(await dialed.Task.WaitAsync(_patience.Token)); // its time begins now
        await running.WaitAsync(_patience.Token);
        Assert.True(connection.HasFailed);
        Assert.Equal(1, places.CurrentCount);
        Assert.Empty(_defects);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        await _carrier.DisposeAsync();
        await _port.DisposeAsync();
        _key.Dispose();
        _box.Dispose();
        _patience.Dispose();
    }

    private static HolderRequest Hello() => new(new HelloRequest(), static (_, _, _) => { }) { Patience = TimeSpan.FromHours(1) };

    // Sealed, so that a late answer does not say that the node is gone.
    private HolderRequest Silent()
    {
        var seal = new PassSeal(_nodes[0].Key, new ReadRequest(_box.Box, ReadFlags.None, 0, 0, []) { Key = _box.Read }, SystemRandom.Instance);
        return new HolderRequest(new SealedRequest(seal.Seal()), static (_, _, _) => { }) { Patience = TimeSpan.FromHours(1) };
    }

    private HolderSessions Sessions(int most, TimeProvider? time = null) => new(
        new NamelessDialer(_carrier, _identity, TimeProvider.System), (_, _, failure) => _told.Writer.TryWrite(failure), _failed.Add, _defects.Add, time ?? _clock, most: most);

    /// <summary>Answers HELLO at once, and all else when it is told to.</summary>
    private sealed class SomeHolding : IHolding
    {
        private readonly Lock _gate = new(); // guards what follows
        private readonly List<(IHolderClient Client, ulong Number)> _waiting = [];
        private readonly HashSet<IHolderClient> _clients = [];
        private TaskCompletionSource? _full;
        private int _wanted;
        private int _silent;

        public int Silent
        {
            get
            {
                lock (_gate)
                    return _silent;
            }
        }

        public int Clients
        {
            get
            {
                lock (_gate)
                    return _clients.Count;
            }
        }

        public long Used => 0;

        public int Boxes => 0;

        public long NextDeadline => long.MaxValue;

        public Task Taken(int wanted)
        {
            lock (_gate)
            {
                (_full, _wanted) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), wanted);
                if (_silent >= wanted)
                    _full.TrySetResult();
                return _full.Task;
            }
        }

        public void AnswerSilent()
        {
            lock (_gate)
            {
                foreach (var (client, number) in _waiting)
                    client.Answer(number, new EntriesAnswer(DropCode.Done, HasMore: false, 0, []));
                _waiting.Clear();
            }
        }

        public void Offer(long bytes)
        {
        }

        public void Take(long now, IHolderClient client, ulong number, MailboxRequest request)
        {
            lock (_gate)
            {
                _clients.Add(client.Stream);
                if (request is HelloRequest)
                {
                    client.Answer(number, new WelcomeAnswer(true, true, 1, new WorkWanted(0, new byte[WireLimits.ChallengeSize])));
                    return;
                }

                _waiting.Add((client, number));
                if (++_silent == _wanted)
                    _full?.TrySetResult();
            }
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
