using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;
using Kith.Forwarding.Tests.Directory;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Meeting;

public sealed class MeetingKeeperTests : IMeetingWorld, IGuardWorld, IDisposable
{
    private static readonly AccountId Bob = AccountId.FromBytes(Enumerable.Repeat((byte)2, AccountId.Size).ToArray());

    private readonly SimulatedRandom _random = new(9);
    private readonly ForwardingKeys _keys;
    private readonly GuardKeeper _guards;
    private readonly MeetingKeeper _keeper;
    private readonly List<(long At, X25519PublicKey Guard, MeetingSecret Secret)> _registered = [];
    private long _now = Forwarders.Now;

    public MeetingKeeperTests()
    {
        var book = Forwarders.Book(_random, 8);
        var chooser = new PathChooser(book, _random);
        _keys = new ForwardingKeys(new ForgetfulForwardingStore(), _random, _now);
        _guards = new GuardKeeper(this, chooser, book);
        _keeper = new MeetingKeeper(this, _guards, book, chooser, new PacketMaker(new SphinxBuilder(_random), book, chooser, () => _guards.Live, _keys, _random), _random);
    }

    public void Dispose() => _keys.Dispose();

    void IGuardWorld.Connect(ForwarderDescriptor node)
    {
    }

    void IGuardWorld.Disconnect(X25519PublicKey node)
    {
    }

    void IGuardWorld.GuardsChanged(long now) => _keeper.Changed(now);

    void IMeetingWorld.Register(X25519PublicKey guard, MeetingSecret secret) => _registered.Add((_now, guard, secret));

    void IMeetingWorld.Forget(X25519PublicKey guard, MeetingSecret secret)
    {
    }

    void IMeetingWorld.Send(long now, OutgoingPacket packet)
    {
    }

    void IMeetingWorld.Received(long now, AccountId from, Piece piece)
    {
    }

    void IMeetingWorld.AddressesChanged(long now, AccountId contact)
    {
    }

    [Fact]
    public void Handle_ThatAGuardRefused_IsRegisteredAgainOverTheSameSession_WithGrowingPauses()
    {
        BeMet();
        var (_, guard, secret) = _registered[0];
        var asked = new List<long>();
        for (var i = 0; i < 8; i++)
        {
            _registered.Clear();
            _keeper.Registered(_now, guard, secret.Handle, isTaken: false);
            // What else happens does not hurry it.
            _keeper.Changed(_now);
            Assert.Empty(_registered);
            var refused = _now;
            Pass(MeetingLimits.LastReconnect);
            var again = Assert.Single(_registered);
            Assert.Equal((guard, secret.Handle), (again.Guard, again.Secret.Handle));
            asked.Add(again.At - refused);
        }

        Assert.Equal(MeetingLimits.FirstReconnect, asked[0]);
        Assert.Equal(MeetingLimits.LastReconnect, asked[^1]);
        Assert.Equal(asked.Order(), asked);
        Assert.Empty(_keeper.AddressesFor(_now, Bob));
        _registered.Clear();
        _keeper.Registered(_now, guard, secret.Handle, isTaken: true);
        Pass(10 * MeetingLimits.LastReconnect);
        Assert.Empty(_registered);
        Assert.Equal(secret.Handle, Assert.Single(_keeper.AddressesFor(_now, Bob)).Handle);
    }

    [Fact]
    public void Handle_ThatAGuardRefused_IsRegisteredAtOnceOnAnotherSession()
    {
        BeMet();
        var (_, guard, secret) = _registered[0];
        for (var i = 0; i < 3; i++)
        {
            _keeper.Registered(_now, guard, secret.Handle, isTaken: false);
            Pass(MeetingLimits.LastReconnect);
        }

        _keeper.Registered(_now, guard, secret.Handle, isTaken: false);
        _registered.Clear();
        _guards.Lost(_now, guard);
        Assert.Empty(_registered);
        Connect(guard);
        Assert.Equal((_now, guard), (Assert.Single(_registered).At, _registered[0].Guard));
    }

    [Fact]
    public void Answer_OfAnotherGuard_OrForAnUnknownHandle_ChangesNothing()
    {
        BeMet();
        var (_, guard, secret) = _registered[0];
        var other = _registered.First(one => one.Guard != guard).Guard;
        _registered.Clear();
        foreach (var isTaken in new[] { true, false })
        {
            _keeper.Registered(_now, other, secret.Handle, isTaken);
            _keeper.Registered(_now, guard, MeetingSecret.Draw(_random).Handle, isTaken);
        }

        Pass(10 * MeetingLimits.LastReconnect);
        Assert.Empty(_registered);
        Assert.Empty(_keeper.AddressesFor(_now, Bob));
    }

    private void BeMet()
    {
        _guards.Set(_now, isOn: true);
        _guards.Tick(_now);
        foreach (var guard in _guards.All.ToList())
            Connect(guard.Key);
        _keeper.Set(_now, MeetingForm.Open, [Bob]);
        Assert.Equal(MeetingLimits.Guards, _registered.Count);
    }

    private void Connect(X25519PublicKey guard)
    {
        using var key = X25519PrivateKey.Generate(_random);
        _guards.Connected(_now, guard, key.PublicKey);
    }

    private void Pass(long time)
    {
        var end = _now + time;
        while (_keeper.NextDeadline <= end)
        {
            _now = Math.Max(_now, _keeper.NextDeadline);
            _keeper.Tick(_now);
        }

        _now = end;
    }
}
