using Kith.Crypto;
using Kith.Forwarding.Forwarder;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Sphinx;
using Kith.Forwarding.Tests.Sphinx;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Forwarder;

public sealed class ForwarderCoreTests : IDisposable
{
    private const ulong Source = 7;
    private static readonly byte[] Body = [1, 2, 3];
    private readonly Relays _relays = new(3);
    private readonly ForwarderEffects _effects = new();

    public void Dispose() => _relays.Dispose();

    [Fact]
    public void Packet_WaitsAsLongAsItsSenderDrew()
    {
        var core = Core();
        core.Take(Relays.Now, Source, _relays.Message(2, Body), _effects);
        Assert.Empty(_effects.Send);
        Assert.Equal((1, Relays.Now + Relays.Delay), (core.WaitingCount, core.NextAt));
        core.Advance(Relays.Now + Relays.Delay - 1, _effects);
        Assert.Empty(_effects.Send);
        core.Advance(Relays.Now + Relays.Delay, _effects);
        var sent = Assert.Single(_effects.Send);
        Assert.Equal(Relays.Address(1), sent.Next);
        Assert.Equal((0, null, 1L), (core.WaitingCount, core.NextAt, core.Counts.Forwarded));
        var next = new ForwarderCore(_relays[1], new ForwarderOptions());
        next.Take(Relays.Now, Source, sent.Packet, _effects);
        Assert.Equal(Body, Assert.Single(_effects.Messages)[..3]);
        Assert.Equal((SphinxFormat.BodySize, 1L), (_effects.Messages[0].Length, next.Counts.Ended));
    }

    [Fact]
    public void Packets_AreGivenOutInTheOrderOfTheirTimes()
    {
        var core = Core();
        foreach (var delay in new[] { 50, 10, 30, 0 })
            core.Take(Relays.Now, Source, Delayed(delay), _effects);
        Assert.Single(_effects.Send);
        Assert.Equal(Relays.Now + 10, core.NextAt);
        core.Advance(Relays.Now + 30, _effects);
        Assert.Equal(3, _effects.Send.Count);
        Assert.Equal(Relays.Now + 50, core.NextAt);
    }

    [Fact]
    public void Payload_ForAHandle_IsHandedOverAfterItsDelay_AsOnlyItsOwnerOpensIt()
    {
        var core = Core();
        var packet = new byte[SphinxFormat.PacketSize];
        var key = new byte[MeetingSeal.KeySize];
        Assert.True(_relays.Builder.TryBuildMeeting(_relays.Path(1), new NodeHandle(new Bits128(0, 3)), key, Body, packet));
        core.Take(Relays.Now, Source, packet, _effects);
        Assert.Empty(_effects.Met);
        core.Advance(Relays.Now + Relays.Delay, _effects);
        var met = Assert.Single(_effects.Met);
        Assert.Equal(new NodeHandle(new Bits128(0, 3)), met.Handle);
        Assert.True(MeetingSeal.TryOpen(key, met.Payload, out var body));
        Assert.Equal(Body, body[..3]);
    }

    [Fact]
    public void Reply_EndsHere_AtOnce()
    {
        var core = Core();
        Assert.True(_relays.Builder.TryCreateReplyBlock(_relays.Path(1), out var block, out var keys));
        var packet = new byte[SphinxFormat.PacketSize];
        Assert.True(block!.TryBuild(Body, packet));
        core.Take(Relays.Now, Source, packet, _effects);
        var reply = Assert.Single(_effects.Replies);
        var book = new ReplyBook<int>();
        book.Add(keys!, 4, Relays.Now + 1);
        Assert.True(book.TryTake(Relays.Now, reply.Id, reply.Payload, out _));
        Assert.True(SphinxPayload.TryReadBody(reply.Payload, out var body));
        Assert.Equal(Body, body[..3]);
    }

    [Fact]
    public void Forwarding_TurnedOff_RefusesWhatIsForOthers_AndTakesWhatIsForUs()
    {
        var core = Core(new ForwarderOptions { Forwards = false });
        core.Take(Relays.Now, Source, _relays.Message(2, Body), _effects);
        core.Take(Relays.Now, Source, _relays.Message(1, Body), _effects);
        core.Advance(Relays.Now + SphinxFormat.MaxDelay, _effects);
        Assert.Empty(_effects.Send);
        Assert.Single(_effects.Messages);
        Assert.Equal(1, core.Counts.Refused(PacketRefusal.NotForwarding));
    }

    [Fact]
    public void Forwarding_TurnedOffWhileAPacketWaits_LetsItGo()
    {
        var core = Core();
        core.Take(Relays.Now, Source, _relays.Message(2, Body), _effects);
        core.Forwards = false;
        core.Advance(Relays.Now + SphinxFormat.MaxDelay, _effects);
        Assert.Single(_effects.Send);
    }

    [Fact]
    public void Queue_Full_RefusesTheNewest()
    {
        var core = Core(new ForwarderOptions { Waiting = 2 });
        for (var i = 0; i < 5; i++)
            core.Take(Relays.Now, Source, _relays.Message(2, Body), _effects);
        Assert.Equal((2, 3L), (core.WaitingCount, core.Counts.Refused(PacketRefusal.QueueFull)));
        core.Take(Relays.Now, Source, Delayed(0), _effects);
        Assert.Single(_effects.Send);
    }

    [Fact]
    public void Source_SendingTooMuch_IsRefusedForNothing_AndOthersAreNot()
    {
        var core = Core(new ForwarderOptions { SourceRate = 3 });
        for (var i = 0; i < 5; i++)
            core.Admit(Relays.Now, Source, _relays.Message(2, Body));
        Assert.Equal(2, core.Counts.Refused(PacketRefusal.TooManyFromOne));
        Assert.NotNull(core.Admit(Relays.Now, Source + 1, _relays.Message(2, Body)));
        Assert.NotNull(core.Admit(Relays.Now + 400, Source, _relays.Message(2, Body)));
        Assert.Null(core.Admit(Relays.Now + 400, Source, _relays.Message(2, Body)));
        // A clock that is set back gives nothing.
        Assert.Null(core.Admit(Relays.Now - 100_000, Source, _relays.Message(2, Body)));
        // Nor does it starve anybody: from there on time goes as it did.
        Assert.NotNull(core.Admit(Relays.Now - 99_000, Source, _relays.Message(2, Body)));
    }

    [Fact]
    public void All_TogetherTooMuch_AreRefused()
    {
        var core = Core(new ForwarderOptions { Rate = 10 });
        for (var source = 0UL; source < 15; source++)
            core.Admit(Relays.Now, source, _relays.Message(2, Body));
        Assert.Equal(5, core.Counts.Refused(PacketRefusal.TooMany));
    }

    [Fact]
    public void Sources_MoreThanAreCounted_ShareOneAllowance()
    {
        var allowance = new SourceAllowance(1_000_000, 2, maxSources: 3);
        var taken = Enumerable.Range(0, 10).Count(source => allowance.MayTake(Relays.Now, (ulong)source));
        Assert.Equal((3 + 2, 3), (taken, allowance.Sources));
        // Those that were silent are forgotten.
        Assert.True(allowance.MayTake(Relays.Now + 2_000, 77));
        Assert.Equal(1, allowance.Sources);
    }

    [Fact]
    public void Clock_SetBackFar_NothingWaitsLongerThanASenderCanAskFor()
    {
        var core = Core();
        core.Take(Relays.Now, Source, _relays.Message(2, Body), _effects);
        core.Advance(Relays.Now - 86_400_000, _effects);
        Assert.Single(_effects.Send);
    }

    [Fact]
    public void Key_Full_IsSaid_AndReplaced()
    {
        using var keys = new ForwardingKeys(new ForgetfulForwardingStore(), SystemRandom.Instance, Relays.Now, tagCapacity: 2);
        var core = new ForwarderCore(keys, new ForwarderOptions());
        for (var i = 0; i < 3; i++)
            core.Take(Relays.Now, Source, Message(keys), _effects);
        Assert.True(_effects.IsKeySpent);
        Assert.Equal((2, 1L), (_effects.Messages.Count, core.Counts.Refused(PacketRefusal.TagsFull)));
        Assert.True(keys.Advance(Relays.Now));
        core.Take(Relays.Now, Source, Message(keys), _effects);
        Assert.Equal(3, _effects.Messages.Count);
    }

    [Fact]
    public void Refusals_AreCountedByReason()
    {
        var core = Core();
        var whole = _relays.Message(2, Body);
        var altered = whole.ToArray();
        altered[60] ^= 1;
        foreach (var packet in new[] { whole.ToArray(), whole.ToArray(), altered, whole[1..], [.. whole, 0] })
            core.Take(Relays.Now, Source, packet, _effects);
        Assert.Equal((1L, 1L, 2L, 4L, 5L), (
            core.Counts.Refused(PacketRefusal.Replayed), core.Counts.Refused(PacketRefusal.BadMac), core.Counts.Refused(PacketRefusal.WrongSize),
            core.Counts.AllRefused, core.Counts.Came));
    }

    private static byte[] Message(ForwardingKeys keys)
    {
        var packet = new byte[SphinxFormat.PacketSize];
        Assert.True(new SphinxBuilder(SystemRandom.Instance).TryBuildMessage([new PathHop(Relays.Address(0), keys.Public[0].Key, 0)], Body, packet));
        return packet;
    }

    private byte[] Delayed(int delay)
    {
        var path = _relays.Path(2);
        path[0] = path[0] with { Delay = delay };
        var packet = new byte[SphinxFormat.PacketSize];
        Assert.True(_relays.Builder.TryBuildMessage(path, Body, packet));
        return packet;
    }

    private ForwarderCore Core(ForwarderOptions? options = null) => new(_relays[0], options ?? new ForwarderOptions());
}
