using Kith.Crypto;
using Kith.Mailbox.Client;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Passing;

/// <summary>What is passed on for others, to whom alone, and what is refused.</summary>
public sealed class PassDeskTests : IPassWorld
{
    private static readonly Endpoint Holder = Endpoint.FromIPv4(0xC600_0105, 4_000);

    private readonly ManualClock _clock = new();
    private readonly PassDesk _desk;
    private readonly Asker _asker = new(0xC600_0205);
    private readonly List<HolderRequest> _asked = [];
    private readonly List<HolderRequest> _dropped = [];
    private readonly List<Action<bool>> _looks = [];
    private bool _knows = true;
    private bool _passes = true;

    public PassDeskTests() => _desk = new PassDesk(this, _clock);

    bool IPassWorld.Passes => _passes;

    bool IPassWorld.Knows(Endpoint holder) => _knows;

    void IPassWorld.Look(Endpoint holder, Action<bool> found) => _looks.Add(found);

    void IPassWorld.Ask(Endpoint holder, HolderRequest request) => _asked.Add(request);

    void IPassWorld.Drop(Endpoint holder, HolderRequest request) => _dropped.Add(request);

    [Fact]
    public void Pass_GoesToTheHolderAsItCame_AndTheAnswerBack()
    {
        Take(_asker, 5, 100);
        Assert.Equal(100, Assert.IsType<SealedRequest>(Assert.Single(_asked).Request).Sealed.Length);
        Answer(0, new SealedAnswer(DropCode.Done, new byte[70]));
        Assert.Equal((5UL, DropCode.Done, 70, true), _asker.Told[^1]);
        Assert.Equal(0, _desk.UnderWay);
    }

    [Fact]
    public void Pass_ToWhoIsNotKnownAsAHolder_IsRefused_AndNothingIsSentThere()
    {
        _knows = false;
        Take(_asker, 1, 100);
        Assert.Empty(_asked);
        _looks[0](false);
        Assert.Equal(DropCode.Unknown, _asker.Told[^1].Code);
        Assert.Empty(_asked);
        Take(_asker, 2, 100);
        _looks[1](true);
        Assert.Single(_asked);
    }

    [Fact]
    public void Pass_WhereNoRoomIsOffered_IsRefused()
    {
        _passes = false;
        Take(_asker, 1, 100);
        Assert.Equal(DropCode.NoRoom, _asker.Told[^1].Code);
    }

    [Fact]
    public void Pass_OverEachBound_IsRefusedAsBusy()
    {
        _asker.IsNear = true;
        for (var i = 0UL; i < 8; i++)
            Take(_asker, i, 1 << 20);
        Take(_asker, 8, 1);
        Assert.Equal(DropCode.Busy, _asker.Told[^1].Code); // bytes of one asker
        for (var i = 0; i < 24; i++)
            Take(new Asker((uint)(0xC601_0005 + (i << 8))), 0, 1 << 20);
        var late = new Asker(0xC602_0005);
        Take(late, 0, 1);
        Assert.Equal(DropCode.Busy, late.Told[^1].Code); // bytes in all
        Answer(0, new SealedAnswer(DropCode.Done, default));
        Take(late, 1, 1);
        Assert.Single(late.Told);
    }

    [Fact]
    public void Looks_AreBounded()
    {
        _knows = false;
        _asker.IsNear = true;
        for (var i = 0UL; i <= PassLimits.Looks; i++)
            Take(_asker, i, 10);
        Assert.Equal(PassLimits.Looks, _looks.Count);
        Assert.Equal(DropCode.Busy, _asker.Told[^1].Code);
        _looks[0](false);
        Take(_asker, 99, 10);
        Assert.Equal(PassLimits.Looks + 1, _looks.Count);
    }

    [Fact]
    public void Looks_OfOnePrefix_AreBounded_AndOthersAreLookedForStill()
    {
        _knows = false;
        for (var i = 0UL; i <= PassLimits.LooksOfPrefix; i++)
            Take(new Asker(0xC600_0205 + (uint)i), i, 10);
        Assert.Equal(PassLimits.LooksOfPrefix, _looks.Count);
        Take(new Asker(0xC603_0005), 1, 10);
        Assert.Equal(PassLimits.LooksOfPrefix + 1, _looks.Count);
        _looks[0](false);
        Take(_asker, 99, 10);
        Assert.Equal(PassLimits.LooksOfPrefix + 2, _looks.Count);
    }

    [Fact]
    public void News_OfOnePrefix_AreBounded_AndOthersAreTaken()
    {
        Asker[] streams = [_asker, new(0xC600_0206), new(0xC600_0207)];
        for (var i = 0; i < PassLimits.StandingOfPrefix; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            Take(streams[i % 3], (ulong)i, 10, hasNews: true);
            Answer(i, new SealedAnswer(DropCode.Done, default));
        }

        Take(_asker, 99_999, 10, hasNews: true);
        Assert.Equal(DropCode.Busy, _asker.Told[^1].Code);
        var other = new Asker(0xC603_0005);
        Take(other, 1, 10, hasNews: true);
        Assert.Empty(other.Told);
        _desk.End(streams[0], 0);
        Take(_asker, 100_000, 10, hasNews: true);
        Assert.Equal(PassLimits.StandingOfPrefix + 1, _desk.UnderWay);
    }

    [Fact]
    public void Rate_OfOnePrefix_IsBounded_AndGrowsAgain()
    {
        for (var i = 0UL; i <= PassLimits.Burst; i++)
        {
            Take(_asker, i, 10);
            if (_asked.Count > (int)i)
                Answer((int)i, new SealedAnswer(DropCode.Done, default));
        }

        Assert.Equal(PassLimits.Burst, _asked.Count);
        Assert.Equal(DropCode.Busy, _asker.Told[^1].Code);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Take(_asker, 9_999, 10);
        Assert.Equal(PassLimits.Burst + 1, _asked.Count);
        Take(new Asker(0xC603_0005), 1, 10);
        Assert.Equal(PassLimits.Burst + 2, _asked.Count);
    }

    [Fact]
    public void BytesOfAnswers_CountToo()
    {
        Take(_asker, 1, 10, hasNews: true);
        for (var i = 0L; i <= PassLimits.ByteBurst; i += 1 << 20)
            Answer(0, new SealedAnswer(DropCode.Done, new byte[1 << 20]));
        Take(_asker, 2, 10);
        Assert.Equal(DropCode.Busy, _asker.Told[^1].Code);
    }

    [Fact]
    public void Holder_ThatFailsOrRefuses_IsSaidToBeSilent()
    {
        Take(_asker, 1, 10);
        _asked[0].Answered(0, null, AskFailure.Unreachable);
        Assert.Equal(DropCode.Silent, _asker.Told[^1].Code);
        Take(_asker, 2, 10);
        Answer(1, new SealedAnswer(DropCode.Busy, default));
        Assert.Equal(DropCode.Silent, _asker.Told[^1].Code); // busy are those who pass on, never the holder
        Take(_asker, 3, 10);
        Answer(2, new SealedAnswer(DropCode.Signature, default));
        Assert.Equal(DropCode.Signature, _asker.Told[^1].Code);
        Assert.Equal(0, _desk.UnderWay);
    }

    [Fact]
    public void News_GoOnUntilTheEndIsTold()
    {
        Take(_asker, 1, 10, hasNews: true);
        Assert.Equal(1, _asker.Passes);
        Answer(0, new SealedAnswer(DropCode.Done, new byte[1]));
        Answer(0, new SealedAnswer(DropCode.Done, new byte[2]));
        Assert.Equal([true, false], _asker.Told.Select(one => one.IsFirst));
        _desk.End(new Asker(0xC604_0005), 1); // of somebody else
        Assert.Equal(1, _desk.UnderWay);
        _desk.End(_asker, 1);
        Assert.Equal((0, 0), (_desk.UnderWay, _asker.Passes));
        Assert.Single(_dropped);
        Answer(0, new SealedAnswer(DropCode.Done, new byte[3]));
        Assert.Equal(2, _asker.Told.Count);
    }

    [Fact]
    public void News_EndWithTheAsker_AndAfterSomeHours()
    {
        Take(_asker, 1, 10, hasNews: true);
        Answer(0, new SealedAnswer(DropCode.Done, default));
        Take(_asker, 2, 10, hasNews: true);
        Answer(1, new SealedAnswer(DropCode.Done, default));
        _clock.Advance(PassLimits.StandingTime);
        _desk.Check();
        Assert.Equal((DropCode.Silent, false), (_asker.Told[^1].Code, _asker.Told[^1].IsFirst));
        Assert.Equal((0, 0), (_desk.UnderWay, _asker.Passes));
        Take(_asker, 3, 10, hasNews: true);
        _desk.Gone(_asker);
        Assert.Equal(0, _desk.UnderWay);
        Assert.Equal(3, _dropped.Count);
    }

    [Fact]
    public void AskerThatHasGone_HasAllWithdrawn_NewsOrNot()
    {
        Take(_asker, 1, 10);
        Take(_asker, 2, 10, hasNews: true);
        var other = new Asker(0xC603_0005);
        Take(other, 1, 10);
        Assert.All(_asked.Take(2), one => Assert.Same(_asker, one.For!.Value.Stream));
        Assert.Same(other, _asked[2].For!.Value.Stream);
        _desk.Gone(_asker);
        Assert.Equal(_asked.Take(2), _dropped);
        Assert.Equal(1, _desk.UnderWay);
    }

    [Fact]
    public void News_OfOneAsker_AreBounded()
    {
        _asker.IsNear = true;
        for (var i = 0; i <= PassLimits.StandingOfAsker; i++)
        {
            Take(_asker, (ulong)i, 10, hasNews: true);
            if (_asked.Count > i)
                Answer(i, new SealedAnswer(DropCode.Done, default));
        }

        Assert.Equal(PassLimits.StandingOfAsker, _desk.UnderWay);
        Assert.Equal(DropCode.Busy, _asker.Told[^1].Code);
    }

    private void Take(Asker asker, ulong number, int bytes, bool hasNews = false) => _desk.Take(asker, number, new PassRequest(Holder, new byte[bytes]) { HasNews = hasNews });

    private void Answer(int at, MailboxAnswer answer) => _asked[at].Answered(0, new HolderAnswer(answer, default), AskFailure.None);

    private sealed class Asker(uint address) : IPassAsker
    {
        public IPassAsker Stream => this;

        public Endpoint? From { get; } = Endpoint.FromIPv4(address, 1);

        public bool IsNear { get; set; }

        public int Passes { get; private set; }

        public List<(ulong Number, DropCode Code, int Bytes, bool IsFirst)> Told { get; } = [];

        public void TellPassed(ulong number, PassAnswer answer, bool isFirst) => Told.Add((number, answer.Code, answer.Sealed.Length, isFirst));

        public void CountPass(bool isBegun) => Passes += isBegun ? 1 : -1;
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
