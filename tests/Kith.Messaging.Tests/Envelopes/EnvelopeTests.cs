using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Tests.Accounts;
using Kith.Wire;

namespace Kith.Messaging.Tests.Envelopes;

public sealed class EnvelopeTests : IDisposable
{
    private static readonly MessageId Id = MessageId.FromBytes([.. Enumerable.Range(1, 16).Select(i => (byte)i)]);

    private readonly CountingRandom _random = new(8);
    private readonly EnvelopeOpener _opener = new();
    private readonly EnvelopeSealer _sealer;
    private readonly AccountKeys _alice;
    private readonly AccountKeys _bob;
    private readonly PairKeys _aliceKeys;
    private readonly PairKeys _bobKeys;

    public EnvelopeTests()
    {
        _sealer = new EnvelopeSealer(_random);
        _alice = AccountKeys.Generate(_random, 1);
        _bob = AccountKeys.Generate(_random, 1);
        using var secret = PairSecret.Generate(_random, 0);
        _aliceKeys = PairKeys.Derive(secret, _alice.Id, _bob.Id);
        _bobKeys = PairKeys.Derive(secret, _bob.Id, _alice.Id);
    }

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _aliceKeys.Dispose();
        _bobKeys.Dispose();
    }

    [Theory]
    [InlineData(1, 512)]
    [InlineData(441, 512)]
    [InlineData(442, 1024)]
    [InlineData(60_000, 65_536)]
    [InlineData(EnvelopeSealer.MaxPairCiphertext, 131_072)]
    public void PairEnvelope_OpensAndHasASizeClass(int length, int size)
    {
        var message = _random.NextBytes(length);
        var envelope = _sealer.SealPair(_aliceKeys, new EnvelopeContent(EnvelopeKind.Whisper, Id, 1, message));
        Assert.Equal(size, envelope.Length);
        Assert.True(_bobKeys.Matches(envelope));
        Assert.True(_opener.TryOpenPair(_bobKeys, envelope, out var content));
        Assert.Equal((EnvelopeKind.Whisper, Id, (byte)1), (content.Kind, content.Id, content.SenderDevice));
        Assert.True(content.Ciphertext.SequenceEqual(message));
    }

    [Fact]
    public void Receipt_OpensInThePairFormAlone()
    {
        var receipt = new EnvelopeContent(EnvelopeKind.Receipt, default, 1, new byte[MessageId.Size]);
        Assert.True(_opener.TryOpenPair(_bobKeys, _sealer.SealPair(_aliceKeys, receipt), out var opened));
        Assert.Equal(EnvelopeKind.Receipt, opened.Kind);

        // Anybody can make an anonymous envelope.
        Assert.True(_sealer.TrySealAnonymous(_bob.Id, _bob.Device.Envelope.PublicKey, _alice.Id, receipt, out var anonymous));
        Assert.False(_opener.TryOpenAnonymous(_bob.Id, _bob.Device.Envelope, anonymous, out _, out _));
    }

    [Theory]
    [InlineData(409, 512)]
    [InlineData(410, 1024)]
    [InlineData(EnvelopeSealer.MaxAnonymousCiphertext, 131_072)]
    public void AnonymousEnvelope_OpensAndNamesItsSender(int length, int size)
    {
        var message = _random.NextBytes(length);
        Assert.True(_sealer.TrySealAnonymous(
            _bob.Id, _bob.Device.Envelope.PublicKey, _alice.Id, new EnvelopeContent(EnvelopeKind.PreKey, Id, 1, message), out var envelope));
        Assert.Equal(size, envelope.Length);
        Assert.True(_opener.TryOpenAnonymous(_bob.Id, _bob.Device.Envelope, envelope, out var sender, out var content));
        Assert.Equal(_alice.Id, sender);
        Assert.Equal((EnvelopeKind.PreKey, Id), (content.Kind, content.Id));
        Assert.True(content.Ciphertext.SequenceEqual(message));
    }

    [Fact]
    public void EmptyOrTooLongMessage_IsNotSealed()
    {
        foreach (var length in new[] { 0, EnvelopeSealer.MaxPairCiphertext + 1 })
        {
            var message = new byte[length];
            Assert.Throws<ArgumentException>(() => _sealer.SealPair(_aliceKeys, new EnvelopeContent(EnvelopeKind.Whisper, Id, 1, message)));
        }

        Assert.Throws<ArgumentException>(() => _sealer.SealPair(_aliceKeys, new EnvelopeContent(EnvelopeKind.Whisper, Id, 0, [1])));
    }

    [Fact]
    public void AnyChangedByte_Refused()
    {
        var pair = Pair([1, 2, 3]);
        var anonymous = Anonymous([1, 2, 3]);
        for (var at = 0; at < 512; at++)
        {
            pair[at] ^= 0x80;
            anonymous[at] ^= 0x80;
            Assert.False(_opener.TryOpenPair(_bobKeys, pair, out _), $"byte {at}");
            Assert.False(_opener.TryOpenAnonymous(_bob.Id, _bob.Device.Envelope, anonymous, out _, out _), $"byte {at}");
            pair[at] ^= 0x80;
            anonymous[at] ^= 0x80;
        }
    }

    [Fact]
    public void SizeOtherThanAClass_Refused()
    {
        var pair = Pair([1]);
        Assert.False(_opener.TryOpenPair(_bobKeys, [], out _));
        Assert.False(_opener.TryOpenPair(_bobKeys, pair.AsSpan(0, 511), out _));
        Assert.False(_opener.TryOpenPair(_bobKeys, [.. pair, .. pair, .. pair], out _));
        Assert.False(_opener.TryOpenAnonymous(_bob.Id, _bob.Device.Envelope, pair.AsSpan(0, 100), out _, out _));
    }

    [Fact]
    public void OwnEnvelopeSentBack_IsRefused() => Assert.False(_opener.TryOpenPair(_aliceKeys, Pair([1]), out _));

    [Fact]
    public void AnotherPairsEnvelope_DoesNotMatch()
    {
        using var secret = PairSecret.Generate(_random, 0);
        using var keys = PairKeys.Derive(secret, _bob.Id, _alice.Id);
        Assert.False(keys.Matches(Pair([1])));
    }

    [Fact]
    public void SameSecretOtherAccounts_DoesNotMatch()
    {
        using var secret = PairSecret.Generate(new CountingRandom(1), 0);
        using var mallory = AccountKeys.Generate(_random, 1);
        using var send = PairKeys.Derive(secret, mallory.Id, _bob.Id);
        using var receive = PairKeys.Derive(secret, _bob.Id, _alice.Id);
        var envelope = _sealer.SealPair(send, new EnvelopeContent(EnvelopeKind.Whisper, Id, 1, [1]));
        Assert.False(receive.Matches(envelope));
    }

    [Fact]
    public void AnonymousEnvelopeForAnotherAccountOrKey_Refused()
    {
        var envelope = Anonymous([1]);
        Assert.False(_opener.TryOpenAnonymous(_alice.Id, _bob.Device.Envelope, envelope, out _, out _));
        Assert.False(_opener.TryOpenAnonymous(_bob.Id, _alice.Device.Envelope, envelope, out _, out _));
    }

    [Fact]
    public void RecipientKeyOfSmallOrder_IsNotSealedTo()
    {
        Assert.True(X25519PublicKey.TryParse(new byte[32], out var zero));
        Assert.False(_sealer.TrySealAnonymous(_bob.Id, zero, _alice.Id, new EnvelopeContent(EnvelopeKind.PreKey, Id, 1, [1]), out var envelope));
        Assert.Empty(envelope);
    }

    [Fact]
    public void SameMessageTwice_LooksDifferentEachTime()
    {
        Assert.NotEqual(Pair([1]), Pair([1]));
        Assert.NotEqual(Anonymous([1]), Anonymous([1]));
        var highBits = Enumerable.Range(0, 64).Select(_ => Anonymous([1])[32] >> 7).Distinct().Count();
        Assert.Equal(2, highBits);
    }

    [Fact]
    public void BufferWriter_GetsTheSameForm()
    {
        using var writer = new WireWriter();
        Assert.Equal(512, _sealer.SealPair(_aliceKeys, new EnvelopeContent(EnvelopeKind.Whisper, Id, 1, [9]), writer));
        Assert.True(_opener.TryOpenPair(_bobKeys, writer.WrittenSpan, out var content));
        Assert.Equal(9, content.Ciphertext[0]);
    }

    [Theory]
    [InlineData(0, 6)] // an unknown kind
    [InlineData(17, 0)] // no device
    [InlineData(17, 128)] // a device id out of range
    [InlineData(18, 255)] // a length beyond the end
    [InlineData(21, 0)] // no message
    [InlineData(21, 4)] // a longer one: what should be padding is taken in, which is right
    [InlineData(400, 1)] // padding that is not zero
    public void WrongInnerRightlySealed_Refused(int at, byte value)
    {
        var plaintext = new byte[512 - EnvelopeFormat.HeaderSize - EnvelopeFormat.TagSize];
        EnvelopeFormat.WriteInner(plaintext, null, new EnvelopeContent(EnvelopeKind.Whisper, Id, 1, [1, 2, 3]));
        plaintext[at] = value;
        Assert.Equal(at == 21 && value == 4, EnvelopeFormat.TryReadInner(plaintext, withSender: false, out _, out _));
    }

    [Fact]
    public void LargerClassThanNeeded_Refused()
    {
        var plaintext = new byte[1024 - EnvelopeFormat.HeaderSize - EnvelopeFormat.TagSize];
        EnvelopeFormat.WriteInner(plaintext, null, new EnvelopeContent(EnvelopeKind.Whisper, Id, 1, [1, 2, 3]));
        Assert.False(EnvelopeFormat.TryReadInner(plaintext, withSender: false, out _, out _));
    }

    [Fact]
    public void RandomInner_NeverThrows()
    {
        for (var i = 0; i < 20_000; i++)
        {
            var plaintext = _random.NextBytes(463);
            plaintext[0] = 2;
            plaintext[17] = 1;
            plaintext.AsSpan(18, _random.NextInt32(4)).Clear();
            _ = EnvelopeFormat.TryReadInner(plaintext, withSender: (i & 1) == 0, out _, out _);
        }
    }

    private byte[] Pair(byte[] message) => _sealer.SealPair(_aliceKeys, new EnvelopeContent(EnvelopeKind.Whisper, Id, 1, message));

    private byte[] Anonymous(byte[] message)
    {
        Assert.True(_sealer.TrySealAnonymous(
            _bob.Id, _bob.Device.Envelope.PublicKey, _alice.Id, new EnvelopeContent(EnvelopeKind.PreKey, Id, 1, message), out var envelope));
        return envelope;
    }
}
