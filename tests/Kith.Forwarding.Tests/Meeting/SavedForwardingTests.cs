using Kith.Forwarding.Meeting;
using Kith.Forwarding.Sphinx;
using Kith.Forwarding.Tests.Directory;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Meeting;

/// <summary>What is kept over a restart, as bytes.</summary>
public sealed class SavedForwardingTests
{
    private readonly SimulatedRandom _random = new(17);

    [Theory]
    [InlineData(MeetingForm.None, 0, 0)]
    [InlineData(MeetingForm.Open, 0, 4)]
    [InlineData(MeetingForm.Veiled, 3, 4)]
    public void WrittenAndRead_IsTheSame(MeetingForm form, int guards, int contacts)
    {
        var saved = Make(form, guards, contacts);
        Assert.True(SavedForwarding.TryRead(saved.ToArray(), out var read));
        Assert.Equal(form, read.Form);
        Assert.Equal(saved.Guards.Select(Hex), read.Guards.Select(Hex));
        Assert.Equal(saved.Meetings.Select(Describe), read.Meetings.Select(Describe));
    }

    [Fact]
    public void CutOrAltered_IsRefusedOrReadWithoutFailing()
    {
        var bytes = Make(MeetingForm.Veiled, 2, 3).ToArray();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(SavedForwarding.TryRead(bytes.AsSpan(0, length), out var none));
            Assert.Same(SavedForwarding.None, none);
        }

        Assert.False(SavedForwarding.TryRead([.. bytes, 0], out _));
        for (var at = 0; at < bytes.Length; at++)
        {
            var altered = bytes.ToArray();
            altered[at] ^= 0xFF;
            _ = SavedForwarding.TryRead(altered, out _);
        }
    }

    [Fact]
    public void MoreThanALimit_IsRefused()
    {
        Assert.False(SavedForwarding.TryRead(Make(MeetingForm.Veiled, MeetingLimits.Guards + 1, 0).ToArray(), out _));
        var four = Enumerable.Range(0, MeetingLimits.Points + 1).Select(_ => Handle(Node()));
        Assert.False(SavedForwarding.TryRead(new SavedForwarding(MeetingForm.Open, [], [.. four]).ToArray(), out _));
        Assert.False(SavedForwarding.TryRead([1, 3, 0, 0], out _));
        Assert.False(SavedForwarding.TryRead([2, 0, 0, 0], out _));
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);

    private static string Describe(SavedMeeting one) => $"{one.Contact} {Hex(one.Node)} {one.Secret.Value} {Hex(one.Key)}";

    private SavedForwarding Make(MeetingForm form, int guards, int contacts)
    {
        var points = Enumerable.Range(0, MeetingLimits.Points).Select(_ => Node()).ToList();
        return new SavedForwarding(form, [.. Enumerable.Range(0, guards).Select(_ => Node())], [.. points.SelectMany(node => Enumerable.Range(0, contacts).Select(_ => Handle(node)))]);
    }

    private ReadOnlyMemory<byte> Node() => Forwarders.Make(_random, Forwarders.At(_random.NextBelow(200))).Encoded.ToArray();

    private SavedMeeting Handle(ReadOnlyMemory<byte> node)
    {
        var bytes = new byte[AccountId.Size + MeetingSeal.KeySize];
        _random.Fill(bytes);
        return new SavedMeeting(AccountId.FromBytes(bytes.AsSpan(0, AccountId.Size)), node, MeetingSecret.Draw(_random), bytes.AsMemory(AccountId.Size));
    }
}
