using System.Net;
using System.Reflection;
using Kith.Crypto;
using Kith.Delivery.Privacy;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Hosting;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Messaging;
using Kith.Node.Loop;
using Kith.Node.Network;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Node.Tests.Network;

/// <summary>What the node does with forwarding: what is taken over from an earlier run, and what ends with a contact.</summary>
public sealed class NodeForwardingTests
{
    private static readonly AccountId Bob = AccountId.FromBytes([.. Enumerable.Repeat((byte)1, AccountId.Size)]);
    private static readonly AccountId Carol = AccountId.FromBytes([.. Enumerable.Repeat((byte)2, AccountId.Size)]);

    private readonly Records _records = new();
    private readonly PrivacyBoard _board = new();

    [Fact]
    public void WhatAnEarlierRunKept_IsTakenUnderTheSameSettingAlone()
    {
        _board.Take(Settings("veiled"));
        var forwarding = Make();
        forwarding.Load();
        Assert.Same(SavedForwarding.None, forwarding.Saved);
        var kept = new SavedForwarding(MeetingForm.Veiled, [new byte[100]], [new SavedMeeting(Bob, new byte[90], MeetingSecret.Draw(SystemRandom.Instance), new byte[32])]);
        _records.Kept = [(byte)PrivacyLevel.Veiled, .. kept.ToArray()];
        forwarding.Load();
        Assert.Equal(Bob, Assert.Single(forwarding.Saved.Meetings).Contact);
        Assert.NotNull(_records.Kept);
        // Its guards know where a person was who is open, or onion, now.
        _board.Take(Settings("open"));
        forwarding.Load();
        Assert.Same(SavedForwarding.None, forwarding.Saved);
        Assert.Null(_records.Kept);
    }

    [Fact]
    public void WhatCannotBeRead_IsErasedAndNothingIsTaken()
    {
        _records.Kept = [(byte)PrivacyLevel.Open, 1, 2, 0xFF, 0xFF];
        var forwarding = Make();
        forwarding.Load();
        Assert.Same(SavedForwarding.None, forwarding.Saved);
        Assert.Null(_records.Kept);
    }

    [Fact]
    public void ContactIsNoneAnyMore_WhatIsOnItsWayToThemIsWithdrawn()
    {
        var (route, calls) = MakeRoute();
        Assert.Equal(2, route.Send(Bob, [new byte[100], new byte[101]]));
        Assert.Equal(1, route.Send(Carol, [new byte[100]]));
        route.Remove(Bob);
        Assert.Equal(calls.Sent[..2].ToHashSet(), calls.Withdrawn.ToHashSet());
        // The same may be sent anew, to who is a contact again.
        Assert.Equal(1, route.Send(Bob, [new byte[100]]));
        Assert.Equal(4, calls.Sent.Count);
    }

    [Fact]
    public void ReceiptCameAnotherWay_ItsAttemptsEndAndThoseOfOthersGoOn()
    {
        var (route, calls) = MakeRoute();
        byte[] first = [1], second = [2];
        route.Send(Bob, [first, second]);
        route.Took(Bob, Item(1), first);
        route.Took(Bob, Item(2), second);
        route.Settled(Carol, Item(1));
        Assert.Empty(calls.Withdrawn);
        route.Settled(Bob, Item(1));
        Assert.Equal([calls.Sent[0]], calls.Withdrawn);
        // Only once, and not after forwarding has said so itself.
        route.Settled(Bob, Item(1));
        route.Acknowledged(Bob, calls.Sent[1]);
        route.Settled(Bob, Item(2));
        Assert.Single(calls.Withdrawn);
    }

    [Fact]
    public void ItemSealedAnew_WhatItWasBeforeIsTriedNoMore()
    {
        var (route, calls) = MakeRoute();
        byte[] before = [1], after = [2];
        route.Send(Bob, [before]);
        route.Took(Bob, Item(1), before);
        route.Send(Bob, [after]);
        route.Took(Bob, Item(1), after);
        Assert.Equal([calls.Sent[0]], calls.Withdrawn);
        // Handed over again it is the same.
        route.Send(Bob, [after]);
        route.Took(Bob, Item(1), after);
        Assert.Equal(2, calls.Sent.Count);
        route.Settled(Bob, Item(1));
        Assert.Equal(calls.Sent, calls.Withdrawn);
    }

    [Fact]
    public void SettingBecomesOnion_WhatIsOnItsWayPastTorEndsAtOnce()
    {
        var forwarding = Make();
        var (host, calls) = Calls.Make();
        var bob = At(1);
        forwarding.PeerChanged(Bob, bob);
        forwarding.PeerChanged(Carol, At(2));
        forwarding.Attach(host);
        Assert.All([Bob, Carol], peer => Assert.Single(calls.Meetings[peer]));
        Assert.Equal(1, forwarding.Route.Send(Bob, [new byte[100]]));

        _board.Take(Settings("onion"));
        forwarding.PrivacyChanged();
        Assert.Equal(calls.Sent, calls.Withdrawn);
        Assert.All([Bob, Carol], peer => Assert.Empty(calls.Meetings[peer]));
        Assert.Equal(MeetingForm.None, calls.Form);
        // Not until the node was begun anew, through Tor.
        forwarding.PeerChanged(Bob, bob with { Privacy = PrivacyLevel.Onion });
        Assert.Empty(calls.Meetings[Bob]);
        _board.IsThroughTor = true;
        forwarding.PrivacyChanged();
        Assert.Single(calls.Meetings[Bob]);
    }

    [Fact]
    public void ClockIsSetBack_PausesAndWishesAreAsLongAsBefore_AndWaysAreLookedForStill()
    {
        var time = new SteppedTime();
        var (host, calls) = Calls.Make();
        var forwarding = new NodeForwarding(null!, new HeldEffects(), _board, _records, time);
        List<bool> reached = [];
        forwarding.WhenReached = (_, isUp) => reached.Add(isUp);
        forwarding.PeerChanged(Bob, At(1) with { Privacy = PrivacyLevel.Veiled });
        forwarding.Attach(host);
        forwarding.Tick();
        Assert.Equal([true], reached);
        forwarding.Route.GivenUp(Bob, Item(1));
        forwarding.Route.Want(Bob);
        time.Set(TimeSpan.FromHours(-8));
        Assert.Equal((false, true), (forwarding.Route.Reaches(Bob), forwarding.Route.IsWanted(Bob)));
        // What is due half a second after the last look is so by the clock that the loop's timer goes by.
        Assert.InRange(forwarding.NextDeadline!.Value - time.GetUtcNow().ToUnixTimeMilliseconds(), 0, 500);
        time.Pass(TimeSpan.FromSeconds(1));
        forwarding.Tick();
        Assert.Equal([true, false], reached);
        time.Pass(TimeSpan.FromMilliseconds(ForwardRoute.Pause));
        forwarding.Tick();
        Assert.Equal([true, false, true], reached);
        time.Pass(TimeSpan.FromMilliseconds(ForwardRoute.WantedFor));
        Assert.False(forwarding.Route.IsWanted(Bob));
        Assert.Empty(calls.Sent);
    }

    private static PeerEndpoint At(byte number)
    {
        using var node = X25519PrivateKey.Generate(SystemRandom.Instance);
        using var epoch = X25519PrivateKey.Generate(SystemRandom.Instance);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var forwarder = ForwarderDescriptor.Sign(
            node, now, [new PublicForwardingKey(ForwardingEpoch.At(now), epoch.PublicKey)], [Endpoint.From(new IPEndPoint(IPAddress.Loopback, 1000 + number))], null, SystemRandom.Instance);
        return new PeerEndpoint(node.PublicKey.ToArray(), []) { Meetings = [new MeetingAddress(forwarder, NodeHandle.TryRead(new byte[NodeHandle.Size], out var handle) ? handle : default, new byte[MeetingAddress.KeySize]).ToString()] };
    }

    private static MessageId Item(byte number) => MessageId.FromBytes([.. Enumerable.Repeat(number, MessageId.Size)]);

    private static (ForwardRoute Route, Calls Calls) MakeRoute()
    {
        var (forwarding, calls) = Calls.Make();
        var route = new ForwardRoute(TimeProvider.System);
        route.Attach(forwarding);
        return (route, calls);
    }

    private static Settings Settings(string privacy) => new("Me", true, true, privacy, "off", true, "system", "en");

    private NodeForwarding Make() => new(null!, new HeldEffects(), _board, _records, TimeProvider.System);

    private sealed class Records : IRecordStore
    {
        public byte[]? Kept { get; set; }

        public byte[]? Get(RecordKind kind, ReadOnlySpan<byte> key) => kind == RecordKind.Forwarding ? Kept : null;

        public void Put(RecordKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Kept = value.ToArray();

        public bool Remove(RecordKind kind, ReadOnlySpan<byte> key)
        {
            Kept = null;
            return true;
        }

        public IReadOnlyList<(byte[] Key, byte[] Value)> All(RecordKind kind) => [];
    }

    /// <summary>Forwarding that takes everything and does nothing.</summary>
    public class Calls : DispatchProxy
    {
        public List<MessageId> Sent { get; } = [];

        public List<MessageId> Withdrawn { get; } = [];

        public Dictionary<AccountId, IReadOnlyList<MeetingAddress>> Meetings { get; } = [];

        public MeetingForm Form { get; private set; }

        public static (IForwarding Forwarding, Calls Calls) Make()
        {
            var forwarding = Create<IForwarding, Calls>();
            return (forwarding, (Calls)(object)forwarding);
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod!.Name)
            {
                case nameof(IForwarding.Send):
                    Sent.Add(MessageId.FromBytes(SystemRandom.Instance.NextBytes(MessageId.Size)));
                    return (MessageId?)Sent[^1];
                case nameof(IForwarding.Withdraw):
                    Withdrawn.Add((MessageId)args![0]!);
                    return null;
                case nameof(IForwarding.SetMeetings):
                    Meetings[(AccountId)args![0]!] = (IReadOnlyList<MeetingAddress>)args[1]!;
                    return null;
                case nameof(IForwarding.Meet):
                    Form = (MeetingForm)args![0]!;
                    return null;
                case nameof(IForwarding.CanReach):
                    return true;
                case nameof(IForwarding.Offer) or nameof(IForwarding.SetContactNodes) or nameof(IForwarding.SetPaths) or nameof(IForwarding.SetCover) or nameof(IForwarding.SetOnion):
                    return null;
                default:
                    throw new NotSupportedException(targetMethod.Name);
            }
        }
    }
}
