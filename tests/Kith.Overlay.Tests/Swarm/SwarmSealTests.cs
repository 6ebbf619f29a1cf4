using System.Text;
using Kith.Crypto;
using Kith.Overlay.Swarm;
using Kith.Wire;

namespace Kith.Overlay.Tests.Swarm;

public sealed class SwarmSealTests
{
    private const long Start = 1_700_000_000_000;
    private static readonly Endpoint Alice = Endpoint.FromIPv4(0x7F000001, 1111);
    private static readonly Endpoint Bob = Endpoint.FromIPv4(0x7F000001, 2222);
    private static readonly Endpoint Carol = Endpoint.FromIPv4(0x7F000001, 4444);
    private static readonly Endpoint Outside = Endpoint.FromIPv4(0x51020304, 5555);
    private static readonly Endpoint Eve = Endpoint.FromIPv4(0x7F000001, 3333);

    private readonly SwarmKey _key = SwarmKey.Generate(SystemRandom.Instance);
    private readonly byte[] _wire = new byte[2048];

    [Fact]
    public void AMember_OpensWhatAnotherSealed()
    {
        var length = SealAt(Start, "d1:ae");
        Assert.Equal("d1:ae".Length + SwarmSeal.Overhead, length);
        Assert.Equal((byte)'d', _wire[0]);
        Assert.True(OpenAt(New(), Start, Alice, _wire.AsSpan(0, length), out var text));
        Assert.Equal("d1:ae", text);
    }

    [Fact]
    public void NothingOfIt_ShowsOutside()
    {
        var one = _wire.AsSpan(0, SealAt(Start, "d1:ae")).ToArray();
        var two = _wire.AsSpan(0, SealAt(Start, "d1:ae")).ToArray();
        Assert.Equal(-1, one.AsSpan().IndexOf("1:a"u8));
        Assert.NotEqual(one, two);
    }

    [Fact]
    public void EveryBitChanged_IsRefused()
    {
        var length = SealAt(Start, "d1:ae");
        var seal = New();
        for (var bit = 0; bit < length * 8; bit++)
        {
            _wire[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(OpenAt(seal, Start, Alice, _wire.AsSpan(0, length), out _));
            _wire[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(OpenAt(seal, Start, Alice, _wire.AsSpan(0, length), out _));
        Assert.Equal(length * 8, seal.Outsiders);
    }

    [Fact]
    public void EveryLengthCut_IsRefused()
    {
        var length = SealAt(Start, "d1:ae");
        var seal = New();
        for (var cut = 0; cut < length; cut++)
            Assert.False(OpenAt(seal, Start, Alice, _wire.AsSpan(0, cut), out _));
        Assert.False(OpenAt(seal, Start, Alice, _wire.AsSpan(0, length + 1), out _));
    }

    [Fact]
    public void AnotherSwarmsDatagram_IsRefused()
    {
        using var other = new SwarmSeal(SwarmKey.Generate(SystemRandom.Instance), SystemRandom.Instance, Start);
        var length = other.Seal(Start, Bob, "d1:ae"u8, _wire);
        Assert.False(OpenAt(New(), Start, Alice, _wire.AsSpan(0, length), out _));
    }

    [Fact]
    public void ADatagramInTheClear_IsRefused() =>
        Assert.False(OpenAt(New(), Start, Alice, "d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q4:ping1:t2:aa1:y1:qe"u8, out _));

    [Fact]
    public void AReplay_IsRefused_HoweverLate()
    {
        var seal = New();
        var length = SealAt(Start, "d1:ae");
        Assert.True(OpenAt(seal, Start, Alice, _wire.AsSpan(0, length), out _));
        for (var later = 0L; later < 10 * SwarmSeal.MaxClockDifference; later += 1000)
            Assert.False(OpenAt(seal, Start + later, Eve, _wire.AsSpan(0, length), out _));
        Assert.Equal(121, seal.Replays);
    }

    [Fact]
    public void AReplayOfTheLatestStamp_IsRefused_UntilItsTimeIsOver()
    {
        var seal = New();
        var length = SealAt(Start + SwarmSeal.MaxClockDifference, "d1:ae");
        Assert.True(OpenAt(seal, Start, Alice, _wire.AsSpan(0, length), out _));
        for (var later = 0L; later <= 3 * SwarmSeal.MaxClockDifference; later += 1000)
            Assert.False(OpenAt(seal, Start + later, Eve, _wire.AsSpan(0, length), out _));
        Assert.Equal(0, seal.Outsiders);
    }

    [Theory]
    [InlineData(-SwarmSeal.MaxClockDifference, true)]
    [InlineData(SwarmSeal.MaxClockDifference, true)]
    [InlineData(-SwarmSeal.MaxClockDifference - 1, false)]
    [InlineData(SwarmSeal.MaxClockDifference + 1, false)]
    public void AClockFarOff_IsCounted_AndNotHeard(long difference, bool heard)
    {
        var now = Start + (10 * SwarmSeal.MaxClockDifference);
        var length = SealAt(now + difference, "d1:ae");
        var seal = New();
        Assert.Equal(heard, OpenAt(seal, now, Alice, _wire.AsSpan(0, length), out _));
        Assert.Equal(heard ? 0 : 1, seal.OutOfTime);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void AnyTime_IsSurvived(long stamp)
    {
        var length = SealAt(stamp, "d1:ae");
        Assert.False(OpenAt(New(), Start, Alice, _wire.AsSpan(0, length), out _));
    }

    [Fact]
    public void WhatWasMadeBeforeOurStart_IsTakenOnlyFromThoseWeAsked()
    {
        var length = SealAt(Start - 1000, "d1:ae");
        var restarted = New();
        Assert.False(OpenAt(restarted, Start, Alice, _wire.AsSpan(0, length), out _));
        Assert.Equal(1, restarted.Replays);

        _ = restarted.Seal(Start, Alice, "d1:be"u8, new byte[100]);
        Assert.True(OpenAt(restarted, Start, Alice, _wire.AsSpan(0, length), out _));
    }

    [Fact]
    public void ADatagramThatDoesNotFit_IsNotSealed()
    {
        using var seal = New();
        Assert.Equal(0, seal.Seal(Start, Bob, new byte[100], new byte[100 + SwarmSeal.Overhead - 1]));
        Assert.Equal(0, seal.Seal(Start, Bob, new byte[5000], new byte[6000]));
    }

    [Fact]
    public void TheTextForm_IsReadAgain()
    {
        Assert.True(SwarmKey.TryParse(_key.Reveal(), out var read));
        Assert.Equal(_key.Reveal(), read!.Reveal());
        Assert.DoesNotContain(_key.Reveal()[11..], _key.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("kith-swarm:")]
    [InlineData("kith-swarm:aaaa")]
    [InlineData("kith:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("kith-swarm:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1")]
    public void AnyOtherText_IsNoKey(string text) => Assert.False(SwarmKey.TryParse(text, out _));

    [Fact]
    public void WhatWasMeantForAnother_IsRefused()
    {
        var length = SealAt(Start, "d1:ae");
        using var carol = new SwarmSeal(_key, SystemRandom.Instance, Start);
        carol.SetOwn([Carol]);
        Assert.False(OpenAt(carol, Start, Eve, _wire.AsSpan(0, length), out _));
        Assert.Equal(1, carol.Replays);
    }

    [Fact]
    public void OurOwnDatagram_SentBack_IsRefused()
    {
        using var bob = New();
        var length = bob.Seal(Start, Eve, "d1:ae"u8, _wire);
        Assert.False(OpenAt(bob, Start, Eve, _wire.AsSpan(0, length), out _));
    }

    [Fact]
    public void AnAddressThatANatGivesUs_IsLearnedFromAnswers()
    {
        using var bob = New();
        using var alice = new SwarmSeal(_key, SystemRandom.Instance, Start);
        var unasked = _wire.AsSpan(0, alice.Seal(Start, Outside.WithPort(9), "d1:ae"u8, _wire)).ToArray();
        Assert.False(OpenAt(bob, Start, Alice, unasked, out _));

        _ = bob.Seal(Start, Alice, "d1:be"u8, new byte[100]);
        Assert.True(OpenAt(bob, Start, Alice, _wire.AsSpan(0, alice.Seal(Start, Outside, "d1:ae"u8, _wire)), out _));
        Assert.True(OpenAt(bob, Start, Carol, unasked, out _));
    }

    [Fact]
    public void ADatagramToTheGroup_IsTakenFromThereAlone()
    {
        using var seal = New();
        using var alice = new SwarmSeal(_key, SystemRandom.Instance, Start);
        var group = _wire.AsSpan(0, alice.Seal(Start, default, "d4:heree"u8, _wire)).ToArray();
        var single = _wire.AsSpan(0, SealAt(Start, "d1:ae")).ToArray();
        Assert.False(seal.TryOpen(Start, Alice, group, isForAll: false, out _));
        Assert.False(seal.TryOpen(Start, Alice, single, isForAll: true, out _));
        Assert.True(seal.TryOpen(Start, Alice, group, isForAll: true, out _));
        Assert.True(seal.TryOpen(Start, Alice, single, isForAll: false, out _));
    }

    private SwarmSeal New()
    {
        var seal = new SwarmSeal(_key, SystemRandom.Instance, Start);
        seal.SetOwn([Bob]);
        return seal;
    }

    // Sealed by a member who has run for long.
    private int SealAt(long now, string text)
    {
        using var seal = new SwarmSeal(_key, SystemRandom.Instance, Start);
        return seal.Seal(now, Bob, Encoding.ASCII.GetBytes(text), _wire);
    }

    private static bool OpenAt(SwarmSeal seal, long now, Endpoint from, ReadOnlySpan<byte> datagram, out string text)
    {
        var opened = seal.TryOpen(now, from, datagram, isForAll: false, out var plaintext);
        text = Encoding.ASCII.GetString(plaintext);
        return opened;
    }
}
