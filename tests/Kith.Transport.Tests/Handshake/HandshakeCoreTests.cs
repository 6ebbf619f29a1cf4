using Kith.Crypto;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;

namespace Kith.Transport.Tests.Handshake;

public sealed class HandshakeCoreTests
{
    private static readonly SecretBytes Swarm = new(StreamIo.Bytes(32, 1));
    private static readonly SecretBytes OtherSwarm = new(StreamIo.Bytes(32, 2));

    [Theory]
    [InlineData(true, false, 0x02)]
    [InlineData(false, false, 0x01)]
    [InlineData(true, true, 0x82)]
    [InlineData(false, true, 0x81)]
    public void BothHonest_KeysAgree(bool knowsKey, bool swarm, byte pattern)
    {
        using var pair = new HandshakePair(knowsKey, null, swarm ? Swarm : null, swarm ? Swarm : null);
        Assert.Equal([.. "KITH"u8, 1, pattern], pair.Caller.Output[..Preface.Size].ToArray());
        pair.Run();
        var (caller, called) = (pair.Caller.Keys!, pair.Called.Keys!);
        Assert.Equal(pair.CalledKey.PublicKey, caller.RemoteKey);
        Assert.Equal(pair.CallerKey.PublicKey, called.RemoteKey);
        Assert.Equal((true, false), (caller.IsInitiator, called.IsInitiator));
        Assert.Equal(caller.HandshakeHash.ToArray(), called.HandshakeHash.ToArray());
        Assert.Equal(32, caller.HandshakeHash.Length);
        Assert.Equal(SessionParameters.Default, caller.Remote);
        Assert.Equal(SessionParameters.Default, called.Remote);
        var record = new byte[100];
        var plaintext = new byte[100];
        Assert.True(called.Receive.TryOpen(record.AsSpan(0, caller.Send.Seal([1, 2], record)), plaintext, out var written));
        Assert.Equal([1, 2], plaintext[..written]);
        Assert.True(caller.Receive.TryOpen(record.AsSpan(0, called.Send.Seal([3], record)), plaintext, out written));
        Assert.Equal([3], plaintext[..written]);
    }

    [Fact]
    public void ByteByByte_IsTakenInWholePieces()
    {
        using var pair = new HandshakePair();
        var call = HandshakePair.Take(pair.Caller);
        var pending = Array.Empty<byte>();
        foreach (var value in call)
            pending = HandshakePair.Give(pair.Called, [.. pending, value]);
        Assert.Empty(pending);
        Assert.NotNull(pair.Called.Keys);
    }

    [Fact]
    public void BytesAfterTheLastMessage_AreLeft()
    {
        using var pair = new HandshakePair();
        Assert.Equal([9, 9], HandshakePair.Give(pair.Called, [.. HandshakePair.Take(pair.Caller), 9, 9]));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("K?")]
    [InlineData("\0")]
    public void Garbage_IsRefusedAtItsFirstWrongByteWithoutAnAnswer(string garbage)
    {
        using var pair = new HandshakePair();
        HandshakePair.Give(pair.Called, System.Text.Encoding.ASCII.GetBytes(garbage));
        Assert.Equal(SessionErrorCode.NotKith, pair.Called.Failure?.Code);
        Assert.True(pair.Called.Output.IsEmpty);
        HandshakePair.Give(pair.Caller, System.Text.Encoding.ASCII.GetBytes(garbage));
        Assert.Equal(SessionErrorCode.NotKith, pair.Caller.Failure?.Code);
    }

    [Fact]
    public void OtherVersion_BothLearnWhich()
    {
        using var pair = new HandshakePair();
        var call = HandshakePair.Take(pair.Caller);
        call[4] = 2;
        HandshakePair.Give(pair.Called, call);
        Assert.Equal(SessionErrorCode.VersionMismatch, pair.Called.Failure?.Code);
        var answer = HandshakePair.Take(pair.Called);
        Assert.Equal([.. "KITH"u8, 1, (byte)SessionErrorCode.VersionMismatch], answer);
        answer[4] = 2;
        HandshakePair.Give(pair.Caller, answer);
        Assert.Equal(SessionErrorCode.VersionMismatch, pair.Caller.Failure?.Code);
        Assert.True(pair.Caller.Failure!.ByRemote);
        Assert.Contains("version 2", pair.Caller.Failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswerOfAnotherVersion_IsAMismatchWhateverItSays()
    {
        using var pair = new HandshakePair();
        HandshakePair.Give(pair.Caller, [.. "KITH"u8, 3, 0]);
        Assert.Equal(SessionErrorCode.VersionMismatch, pair.Caller.Failure?.Code);
    }

    [Fact]
    public void WrongRemoteKey_IsRefusedAndSaid()
    {
        using var another = X25519PrivateKey.Generate(SystemRandom.Instance);
        using var pair = new HandshakePair(wanted: another.PublicKey);
        pair.Run();
        Assert.Equal(SessionErrorCode.WrongKey, pair.Called.Failure?.Code);
        Assert.Equal(SessionErrorCode.WrongKey, pair.Caller.Failure?.Code);
        Assert.True(pair.Caller.Failure!.ByRemote);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void OutsiderOfASwarm_GetsNoByte(bool knowsKey, bool hasAnotherKey)
    {
        using var pair = new HandshakePair(knowsKey, null, hasAnotherKey ? OtherSwarm : null, Swarm);
        HandshakePair.Give(pair.Called, HandshakePair.Take(pair.Caller));
        Assert.NotNull(pair.Called.Failure);
        Assert.True(pair.Called.Output.IsEmpty);
    }

    [Fact]
    public void OtherVersionTowardsASwarm_GetsNoByte()
    {
        using var pair = new HandshakePair(callerSwarm: Swarm, calledSwarm: Swarm);
        var call = HandshakePair.Take(pair.Caller);
        call[4] = 9;
        HandshakePair.Give(pair.Called, call);
        Assert.Equal(SessionErrorCode.VersionMismatch, pair.Called.Failure?.Code);
        Assert.True(pair.Called.Output.IsEmpty);
    }

    [Fact]
    public void MemberOfASwarmTowardsANodeOutside_IsToldSo()
    {
        using var pair = new HandshakePair(callerSwarm: Swarm);
        HandshakePair.Give(pair.Called, HandshakePair.Take(pair.Caller)[..Preface.Size]);
        HandshakePair.Give(pair.Caller, HandshakePair.Take(pair.Called));
        Assert.Equal(SessionErrorCode.PatternRefused, pair.Caller.Failure?.Code);
    }

    [Fact]
    public void UnknownPattern_IsRefused()
    {
        using var pair = new HandshakePair();
        HandshakePair.Give(pair.Called, [.. "KITH"u8, 1, 0x77]);
        Assert.Equal(SessionErrorCode.PatternRefused, pair.Called.Failure?.Code);
    }

    [Fact]
    public void MessageOverTheLimit_IsRefusedAtItsPrefix()
    {
        using var pair = new HandshakePair();
        HandshakePair.Give(pair.Called, [.. "KITH"u8, 1, 2, (HandshakeLimits.MaxMessage + 1) >> 8, (HandshakeLimits.MaxMessage + 1) & 0xff]);
        Assert.Equal(SessionErrorCode.HandshakeTooLarge, pair.Called.Failure?.Code);
        Assert.Equal((byte)SessionErrorCode.HandshakeTooLarge, HandshakePair.Take(pair.Called)[5]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnyBitFlippedInAnyMessage_FailsTheHandshake(bool knowsKey)
    {
        for (var message = 0; message < (knowsKey ? 2 : 3); message++)
        {
            for (var at = message == 2 ? 2 : Preface.Size + 2; ; at++)
            {
                using var pair = new HandshakePair(knowsKey);
                var (from, to) = (pair.Caller, pair.Called);
                for (var i = 0; i < message; i++)
                {
                    HandshakePair.Give(to, HandshakePair.Take(from));
                    (from, to) = (to, from);
                }

                var bytes = HandshakePair.Take(from);
                if (at >= bytes.Length)
                    break;
                bytes[at] ^= 1;
                HandshakePair.Give(to, bytes);
                // A changed ephemeral key of XX shows only in the next message.
                if (to.Failure is null)
                    HandshakePair.Give(from, HandshakePair.Take(to));
                Assert.True(from.Failure is not null || to.Failure is not null, $"message {message}, byte {at}");
            }
        }
    }

    [Fact]
    public void PrefaceChangedOnTheWay_FailsTheHandshake()
    {
        // Someone on the way turns XX into another pattern: the prologue does not fit.
        using var pair = new HandshakePair(knowsKey: false);
        var call = HandshakePair.Take(pair.Caller);
        call[5] = HandshakePattern.IK.Id;
        HandshakePair.Give(pair.Called, call);
        Assert.NotNull(pair.Called.Failure);
    }

    [Theory]
    [InlineData("")] // nothing said is allowed, but useless: all limits are 0
    [InlineData("010105020106030107")]
    [InlineData("3f0301020301010502010603024007")]
    public void Parameters_AreRead(string hex)
    {
        Assert.True(SessionParameters.TryParse(Convert.FromHexString(hex), out var parameters));
        Assert.Equal(hex.Length == 0 ? new SessionParameters(0, 0, 0) : new SessionParameters(5, 6, 7), parameters);
    }

    [Theory]
    [InlineData("01")]
    [InlineData("0102")]
    [InlineData("01020506")]
    [InlineData("010105010105")]
    [InlineData("0100")]
    public void ParametersThatCannotBeRead_AreRefused(string hex) =>
        Assert.False(SessionParameters.TryParse(Convert.FromHexString(hex), out _));
}
