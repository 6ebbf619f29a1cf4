using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Forwarder;
using Kith.Forwarding.Hosting;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Service;
using Kith.Forwarding.Sphinx;
using Kith.Forwarding.Tests.Directory;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Hosting;

/// <summary>Where the packets of somebody under onion leave for: an onion service of their first forwarder, whatever they say and whichever forwarders are there. For somebody else it is an endpoint. And when they lead to anybody at all.</summary>
public sealed class OnionAloneTests : IForwardingWorld, IDisposable
{
    private const int CoverRate = 600;

    private static readonly AccountId Contact = AccountId.FromBytes(Enumerable.Repeat((byte)7, AccountId.Size).ToArray());

    private readonly SimulatedRandom _random = new(12);
    private readonly ForwardingKeys _keys;
    private readonly ForwardingNode _node;
    private readonly Queue<Action> _later = new();
    private readonly List<HopAddress> _sent = [];
    private readonly List<ForwarderDescriptor> _guards = [];
    private readonly HashSet<OnionPoint> _services = [];
    private long _now = Forwarders.Now;

    public OnionAloneTests()
    {
        _keys = new ForwardingKeys(new ForgetfulForwardingStore(), _random, _now);
        _node = new ForwardingNode(this, _keys, new ForwarderOptions { Forwards = false }, _random);
    }

    OwnNetworks IFinderWorld.Networks => Forwarders.Abroad;

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EveryPacketOfOnesOwn_LeavesForAnOnionService_UnderOnionAlone(bool isOnion)
    {
        Know(isOnion);
        _node.Set(_now, MeetingForm.Veiled, [Contact], sends: true);
        // Where they are met there is no Tor.
        _node.SetMeetings(_now, Contact, [.. Enumerable.Range(0, MeetingLimits.Points).Select(i => new MeetingAddress(Make(200 + i, hasEndpoint: true, onion: null), MeetingSecret.Draw(_random).Handle, _random.NextBytes(MeetingAddress.KeySize)))]);
        Run(seconds: 5);
        Assert.Equal(MeetingLimits.Guards, _node.Guards.Live.Count);
        for (var forwarders = PathLimits.MinForwarders; forwarders <= PathLimits.MaxForwarders; forwarders++)
        {
            _node.SetPaths(forwarders, 20);
            _node.Cover.Set(_now, CoverRate, CoverRate);
            // Nobody answers: further attempts follow the first, on other paths.
            Assert.NotNull(_node.Send(_now, Contact, new byte[3_000]));
            Run(seconds: 30);
        }

        // Guards that are gone leave the others with an onion service.
        foreach (var guard in _guards.ToList())
            _node.Guards.Lost(_now, guard.Key);
        _node.Cover.Set(_now, CoverRate, CoverRate);
        Run(seconds: 5);
        Assert.True(_sent.Count > 1_000, $"{_sent.Count} packets");
        Assert.NotEqual(0, _node.Cover.DummiesSent);
        Assert.NotEqual(0, _node.Cover.LoopsSent);
        if (isOnion)
            Assert.All(_sent, hop => Assert.True(hop.Kind == HopAddressKind.Onion && _services.Contains(new OnionPoint(hop.Onion, hop.OnionPort))));
        else
            Assert.All(_sent, static hop => Assert.Equal(HopAddressKind.Endpoint, hop.Kind));
        Assert.All(_guards, guard => Assert.True(!isOnion || guard.Onion is not null));
    }

    // What is taken for somebody is said to be on its way: not while no path can be drawn.
    [Fact]
    public void AsManyForwardersAsAPathTakes_AndNoFewer_LeadToSomebody()
    {
        List<ForwarderDescriptor> all = [.. Enumerable.Range(0, PathLimits.DefaultForwarders).Select(i => Make(i, hasEndpoint: true, onion: null))];
        _node.Set(_now, MeetingForm.Veiled, [Contact], sends: true);
        _node.SetMeetings(_now, Contact, [new MeetingAddress(all[0], MeetingSecret.Draw(_random).Handle, _random.NextBytes(MeetingAddress.KeySize))]);
        foreach (var one in all)
        {
            Assert.False(_node.CanReach(_now, Contact));
            _node.Book.Add(_now, one, ForwarderBook.Itself);
            _node.BookChanged(_now);
            Run(seconds: 5);
            Assert.NotEmpty(_node.Guards.Live);
        }

        Assert.True(_node.CanReach(_now, Contact));
    }

    // Forwarders with an endpoint alone, with both, and with an onion service alone.
    private void Know(bool isOnion)
    {
        var all = Enumerable.Range(0, 24).Select(i => Make(i, hasEndpoint: i % 6 != 5, onion: i % 2 == 0 ? null : Point())).ToList();
        _services.UnionWith(all.Select(static one => one.Onion).OfType<OnionPoint>());
        if (!isOnion)
        {
            foreach (var one in all)
                _node.Book.Add(_now, one, ForwarderBook.Itself);
            return;
        }

        using var entryKey = X25519PrivateKey.Generate(_random);
        List<OnionPoint> entries = [Point(), Point(), Point()];
        _node.UseOnionsAlone(_now, entries);
        for (var i = 0; i < entries.Count; i++)
            _node.Onions.Listed(_now, entries[i], entryKey.PublicKey, new ListedFrame(false, [.. all.Skip(8 * i).Take(8)]));
        _node.BookChanged(_now);
    }

    private void Run(int seconds)
    {
        for (var end = _now + (seconds * 1_000L); _now < end; _now += 20)
        {
            while (_later.TryDequeue(out var call))
                call();
            for (var turns = 0; turns < 100 && _node.NextDeadline <= _now; turns++)
                _node.Tick(_now);
        }
    }

    private OnionPoint Point()
    {
        using var key = Ed25519PrivateKey.Generate(_random);
        return new OnionPoint(key.PublicKey, 7300);
    }

    private ForwarderDescriptor Make(int prefix, bool hasEndpoint, OnionPoint? onion)
    {
        using var key = X25519PrivateKey.Generate(_random);
        using var forwarding = X25519PrivateKey.Generate(_random);
        return ForwarderDescriptor.Sign(key, _now, [new PublicForwardingKey(Forwarders.Epoch, forwarding.PublicKey)], hasEndpoint ? [Forwarders.At(prefix)] : [], onion, _random);
    }

    void IForwardingWorld.Send(HopAddress to, ReadOnlyMemory<byte> packet) => _sent.Add(to);

    void IGuardSessions.Connect(ForwarderDescriptor guard)
    {
        _guards.Add(guard);
        using var session = X25519PrivateKey.Generate(_random);
        var key = session.PublicKey;
        _later.Enqueue(() => _node.Guards.Connected(_now, guard.Key, key));
    }

    void IGuardSessions.Disconnect(X25519PublicKey guard)
    {
    }

    void IGuardSessions.Register(X25519PublicKey guard, MeetingSecret secret)
    {
    }

    void IGuardSessions.Forget(X25519PublicKey guard, MeetingSecret secret)
    {
    }

    void IForwardingWorld.Deliver(X25519PublicKey session, ReadOnlyMemory<byte> datagram)
    {
    }

    void IForwardingWorld.Received(AccountId from, MessageId id, ReadOnlyMemory<byte> envelope)
    {
    }

    void IForwardingWorld.Acknowledged(SentMessage message)
    {
    }

    void IForwardingWorld.GivenUp(SentMessage message)
    {
    }

    void IForwardingWorld.HasRoom()
    {
    }

    void IForwardingWorld.AddressesChanged(AccountId contact)
    {
    }

    void IFinderWorld.Look(NodeId key)
    {
    }

    void IFinderWorld.Announce(NodeId key)
    {
    }

    void IFinderWorld.Ask(Endpoint neighbour)
    {
    }

    void IOnionFinderWorld.Ask(OnionPoint neighbour)
    {
    }
}
