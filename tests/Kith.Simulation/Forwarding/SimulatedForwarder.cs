using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Forwarder;
using Kith.Forwarding.Hosting;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Forwarding;

/// <summary>A node of <see cref="ForwardingNetwork"/>: forwards, and may be a person.</summary>
internal sealed class SimulatedForwarder : IForwardingWorld, IDisposable
{
    private readonly ForwardingNetwork _network;
    private readonly SimulatedRandom _random;
    private readonly X25519PrivateKey _transport;
    private readonly ForwardingKeys _keys;
    private readonly Dictionary<X25519PublicKey, X25519PublicKey> _sessionKeys = []; // ours to each guard
    private readonly Dictionary<X25519PublicKey, SimulatedSession> _sessions = []; // at this node, by what the person proved
    private readonly List<ForwarderDescriptor> _learned = [];
    private long _armed = long.MaxValue;

    public SimulatedForwarder(ForwardingNetwork network, Endpoint endpoint, ulong seed)
    {
        (_network, Endpoint, _random) = (network, endpoint, new SimulatedRandom(seed));
        Networks = new OwnNetworks([endpoint]);
        _transport = X25519PrivateKey.Generate(_random);
        _keys = new ForwardingKeys(new ForgetfulForwardingStore(), _random, network.Now);
        Descriptor = ForwarderDescriptor.Sign(_transport, network.Now, _keys.Public, [endpoint], null, _random);
        Account = AccountId.FromBytes(_random.NextBytes(AccountId.Size));
        Node = Start();
    }

    public Endpoint Endpoint { get; }

    public OwnNetworks Networks { get; }

    public ForwarderDescriptor Descriptor { get; }

    public AccountId Account { get; }

    public ForwardingNode Node { get; private set; }

    public bool IsUp { get; private set; } = true;

    public int Life { get; private set; }

    /// <summary>Told of each envelope that was handed on.</summary>
    public Action<AccountId, ReadOnlyMemory<byte>>? OnReceived { get; set; }

    public List<SentMessage> AcknowledgedMessages { get; } = [];

    public List<SentMessage> GivenUpMessages { get; } = [];

    /// <summary>Whom our meeting points are told to.</summary>
    public List<SimulatedForwarder> Contacts { get; } = [];

    public void Learn(ForwarderDescriptor other)
    {
        _learned.Add(other);
        Node.Book.Add(_network.Now, other, ForwarderBook.Itself);
    }

    public void Dispose()
    {
        _keys.Dispose();
        _transport.Dispose();
    }

    /// <summary>Makes two of them contacts.</summary>
    public static void Befriend(SimulatedForwarder one, SimulatedForwarder other)
    {
        one.Contacts.Add(other);
        other.Contacts.Add(one);
    }

    public void Set(MeetingForm form) => Do(now => Node.Set(now, form, [.. Contacts.Select(static one => one.Account)], sends: true));

    public MessageId? Send(SimulatedForwarder to, ReadOnlyMemory<byte> envelope)
    {
        MessageId? id = null;
        Do(now => id = Node.Send(now, to.Account, envelope));
        return id;
    }

    /// <summary>Kills it: what it had in memory is gone; keys and tags are not.</summary>
    public void Kill()
    {
        IsUp = false;
        Life++;
        foreach (var session in _sessions.Values)
            _network.At(ForwardingNetwork.Unnoticed, () => session.Person.LoseGuard(this, session));
        _sessions.Clear();
    }

    public void Restart()
    {
        IsUp = true;
        Node = Start();
        foreach (var one in _learned)
            Node.Book.Add(_network.Now, one, ForwarderBook.Itself);
    }

    public SimulatedSession? SessionTo(X25519PublicKey key) => _sessions.TryGetValue(key, out var session) && session.IsLive ? session : null;

    public void Take(Endpoint from, bool isGuard, byte[] packet)
    {
        if (IsUp)
            Do(now => Node.Take(now, from.Low, isGuard, packet));
    }

    void IForwardingWorld.Send(HopAddress to, ReadOnlyMemory<byte> packet) => _network.Carry(this, to, packet.ToArray());

    void IForwardingWorld.Deliver(X25519PublicKey session, ReadOnlyMemory<byte> datagram) => _network.Carry(this, HopAddress.Over(session), datagram.ToArray());

    void IForwardingWorld.Received(AccountId from, MessageId id, ReadOnlyMemory<byte> envelope)
    {
        OnReceived?.Invoke(from, envelope);
        _network.At(1, () => Do(now => Node.Committed(now, from, id)));
    }

    void IForwardingWorld.Acknowledged(SentMessage message) => AcknowledgedMessages.Add(message);

    void IForwardingWorld.GivenUp(SentMessage message) => GivenUpMessages.Add(message);

    void IForwardingWorld.HasRoom()
    {
    }

    // As the ratchet would bring it.
    void IForwardingWorld.AddressesChanged(AccountId contact)
    {
        if (Contacts.Find(one => one.Account == contact) is not { } friend)
            return;
        _network.At(100, () =>
        {
            var addresses = Node.AddressesFor(_network.Now, contact);
            friend.Do(now => friend.Node.SetMeetings(now, Account, addresses));
        });
    }

    void IGuardSessions.Connect(ForwarderDescriptor guard)
    {
        var target = _network.Nodes.First(node => node.Descriptor.Key == guard.Key);
        if (!_sessionKeys.TryGetValue(guard.Key, out var key))
            _sessionKeys.Add(guard.Key, key = X25519PrivateKey.Generate(_random).PublicKey);
        var life = Life;
        _network.At(2 * _network.Latency(), () =>
        {
            if (Life != life || !IsUp)
                return;
            if (!target.IsUp)
            {
                _network.At(1_000, () => Do(now => Node.Guards.Lost(now, guard.Key)));
                return;
            }

            target._sessions[key] = new SimulatedSession(this, target, key);
            Do(now => Node.Guards.Connected(now, guard.Key, key));
        });
    }

    void IGuardSessions.Disconnect(X25519PublicKey guard)
    {
    }

    void IGuardSessions.Register(X25519PublicKey guard, MeetingSecret secret) => AtGuard(guard, (target, key) =>
    {
        var isTaken = target.Node.Server.Register(_network.Now, key, secret);
        _network.At(_network.Latency(), () => Do(now => Node.Meetings.Registered(now, guard, secret.Handle, isTaken)));
    });

    void IGuardSessions.Forget(X25519PublicKey guard, MeetingSecret secret) => AtGuard(guard, (target, _) => target.Node.Server.Forget(secret));

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

    private void LoseGuard(SimulatedForwarder guard, SimulatedSession session)
    {
        if (IsUp && (guard._sessions.GetValueOrDefault(session.Key) is not { IsLive: true }))
            Do(now => Node.Guards.Lost(now, guard.Descriptor.Key));
    }

    private void AtGuard(X25519PublicKey guard, Action<SimulatedForwarder, X25519PublicKey> action)
    {
        var target = _network.Nodes.First(node => node.Descriptor.Key == guard);
        _network.At(_network.Latency(), () =>
        {
            if (target.IsUp && target.SessionTo(_sessionKeys[guard]) is not null)
                target.Do(_ => action(target, _sessionKeys[guard]));
        });
    }

    private ForwardingNode Start()
    {
        var node = new ForwardingNode(this, _keys, new ForwarderOptions { Rate = 100_000, SourceRate = 100_000 }, _random);
        node.Book.Own = _transport.PublicKey;
        _armed = long.MaxValue;
        return node;
    }

    private void Do(Action<long> action)
    {
        action(_network.Now);
        Arm();
    }

    private void Arm()
    {
        var next = Math.Max(Node.NextDeadline, _network.Now);
        if (next >= _armed || next == long.MaxValue)
            return;
        _armed = next;
        var life = Life;
        _network.At(next - _network.Now, () =>
        {
            if (life != Life || !IsUp)
                return;
            _armed = long.MaxValue;
            Do(Node.Tick);
            if (Node.NextDeadline <= _network.Now)
                _network.At(1, () => Do(static _ => { }));
        });
    }
}
