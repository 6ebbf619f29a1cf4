using Kith.Crypto;
using Kith.Overlay.Nat;
using Kith.Overlay.Reach;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Tests.Reach;

public sealed class ReachMessageTests
{
    public static TheoryData<int> Types() => [.. Enum.GetValues<ReachMessageType>().Where(type => type != ReachMessageType.None).Select(type => (int)type)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Message_ReadsAsWritten_AndNothingElseDoes(int type)
    {
        var bytes = Write((ReachMessageType)type);
        Assert.True(ReachMessage.TryRead(bytes, out var message));
        Assert.Equal((ReachMessageType)type, message.Type);
        var again = new byte[ReachMessage.MaxDatagram];
        Assert.Equal(bytes, again[..message.Write(again)]);
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(ReachMessage.TryRead(bytes.AsSpan(0, length), out _));
        Assert.False(ReachMessage.TryRead([.. bytes, 0], out _));
    }

    [Theory]
    [InlineData("d5:reach0:e")]
    [InlineData("d5:reach1:\u0001e")]
    [InlineData("d5:reach1:\u0000e")]
    [InlineData("d5:reach1:\u0063e")]
    [InlineData("d5:reachi1ee")]
    [InlineData("d5:retch1:\u0001e")]
    [InlineData("le")]
    public void AnythingElse_IsRefused(string text) => Assert.False(ReachMessage.TryRead(System.Text.Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void Content_ReadsAsWritten()
    {
        var bytes = new byte[CallContent.Size];
        Content().Write(bytes);
        Assert.True(CallContent.TryRead(bytes, out var read));
        Assert.Equal(Content().Candidates, read.Candidates);
        Assert.Equal(Content() with { Secret = default, Candidates = [] }, read with { Secret = default, Candidates = [] });
        Assert.Equal(Content().Secret.ToArray(), read.Secret.ToArray());
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 3)]
    [InlineData(2, 0x80)]
    [InlineData(34, 8)]
    [InlineData(35, 4)]
    [InlineData(40, 13)]
    [InlineData(40, 0)]
    [InlineData(287, 1)]
    public void ContentThatIsNotWellFormed_IsRefused(int at, byte value)
    {
        var bytes = new byte[CallContent.Size];
        Content().Write(bytes);
        bytes[at] = value;
        Assert.False(CallContent.TryRead(bytes, out _));
        Assert.False(CallContent.TryRead(bytes.AsSpan(1), out _));
    }

    internal static byte[] Write(ReachMessageType type)
    {
        var bytes = new byte[ReachMessage.MaxDatagram];
        var isCall = type is ReachMessageType.Call or ReachMessageType.Calling;
        Assert.True(NodeHandle.TryRead("handlehandlehand"u8, out var handle));
        var size = new ReachMessage
        {
            Type = type,
            Key = "keykeykeykeykeyk"u8,
            Token = "tokentok"u8,
            Number = 7,
            Flags = 1,
            Seconds = 60,
            Seen = Endpoint.FromIPv4(0xC612_0101, 4001),
            Own4 = Endpoint.FromIPv4(0xC612_0201, 4001),
            Own6 = Endpoint.FromIPv6(0x2001_0DB8_0000_0000, 1, 4001),
            Handle = handle,
            Sealed = SystemRandom.Instance.NextBytes(isCall ? SealedCall.CallSize : SealedCall.AnswerSize),
            Refusal = ReachRefusal.Rate,
        }.Write(bytes);
        return bytes[..size];
    }

    internal static CallContent Content() => new()
    {
        Status = CallStatus.Ok,
        Time = 5,
        Call = 6,
        Secret = "secretsecretsecr"u8.ToArray(),
        Nat = NatKind.PortRestricted,
        PortVaries = true,
        TakesCircuits = true,
        RoundTrip = 40,
        Delay = 30,
        Candidates = [Endpoint.FromIPv4(0xC612_0101, 4001), Endpoint.FromIPv6(0x2001_0DB8_0000_0000, 1, 4001)],
    };
}
