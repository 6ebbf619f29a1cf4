using Kith.Crypto;
using Kith.Messaging.Signal;
using Kith.Wire;

namespace Kith.Messaging.Tests.Signal;

/// <summary>Each verification refuses, and a refusal changes nothing.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly SignalPerson _alice = new(11);
    private readonly SignalPerson _bob = new(22);
    private readonly SignalPerson _mallory = new(33);

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _mallory.Dispose();
    }

    [Fact]
    public void Bundle_SignedPreKeySignatureOfAnother_Refused()
    {
        var bundle = _bob.Bundle();
        var signature = _mallory.Identity.Sign(SerializedKey.ToArray(bundle.SignedPreKey), SystemRandom.Instance);
        AssertRefused(BundleStatus.InvalidSignedPreKey, bundle with { SignedPreKeySignature = signature });
        AssertRefused(BundleStatus.InvalidSignedPreKey, bundle with { SignedPreKey = _mallory.Bundle().SignedPreKey });
        AssertRefused(BundleStatus.InvalidSignedPreKey, bundle with { SignedPreKeySignature = [] });
    }

    [Fact]
    public void Bundle_KyberPreKeySignatureOfAnother_Refused()
    {
        var bundle = _bob.Bundle();
        var signature = _mallory.Identity.Sign(bundle.KyberPreKey.Serialized, SystemRandom.Instance);
        AssertRefused(BundleStatus.InvalidKyberPreKey, bundle with { KyberPreKeySignature = signature });
        AssertRefused(BundleStatus.InvalidKyberPreKey, bundle with { KyberPreKey = _mallory.Bundle().KyberPreKey });
        AssertRefused(BundleStatus.InvalidKyberPreKey, bundle with { KyberPreKeySignature = new byte[64] });
    }

    [Fact]
    public void Bundle_OfAnotherIdentity_Refused()
    {
        Assert.Equal(BundleStatus.UntrustedIdentity, _alice.Start(_mallory.Bundle(), _bob.Identity.PublicKey));
        AssertRefused(BundleStatus.InvalidSignedPreKey, _mallory.Bundle() with { IdentityKey = _bob.Identity.PublicKey });
    }

    [Fact]
    public void Bundle_KeysOfSmallOrder_Refused()
    {
        Assert.True(X25519PublicKey.TryParse(new byte[32], out var zero));
        AssertRefused(BundleStatus.InvalidKey, _bob.Bundle() with { PreKey = zero });
        var signature = _bob.Identity.Sign(SerializedKey.ToArray(zero), SystemRandom.Instance);
        AssertRefused(BundleStatus.InvalidKey, _bob.Bundle() with { SignedPreKey = zero, SignedPreKeySignature = signature });
    }

    [Fact]
    public void FirstMessage_UnknownIds_Refused()
    {
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle() with { PreKeyId = 77 }));
        AssertRefused(DecryptStatus.UnknownPreKey, _alice.Encrypt("x"u8));
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle() with { SignedPreKeyId = 77 }));
        AssertRefused(DecryptStatus.UnknownPreKey, _alice.Encrypt("x"u8));
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle() with { KyberPreKeyId = 77 }));
        AssertRefused(DecryptStatus.UnknownPreKey, _alice.Encrypt("x"u8));
    }

    [Fact]
    public void FirstMessage_WithAUsedOneTimePreKey_Refused()
    {
        var bundle = _bob.Bundle();
        Assert.Equal(BundleStatus.Ok, _mallory.Start(bundle));
        Assert.Equal(DecryptStatus.Ok, _bob.Decrypt(_mallory.Encrypt("x"u8), out _));
        Assert.Equal(BundleStatus.Ok, _alice.Start(bundle));
        AssertRefused(DecryptStatus.UnknownPreKey, _alice.Encrypt("x"u8));
    }

    [Fact]
    public void FirstMessage_OfAnotherIdentityThanExpected_Refused()
    {
        Assert.Equal(BundleStatus.Ok, _mallory.Start(_bob.Bundle()));
        AssertRefused(DecryptStatus.UntrustedIdentity, _mallory.Encrypt("x"u8), _alice.Identity.PublicKey);
    }

    [Fact]
    public void FirstMessage_ClaimingAnotherIdentity_Refused()
    {
        Assert.Equal(BundleStatus.Ok, _mallory.Start(_bob.Bundle()));
        var message = _mallory.Encrypt("x"u8);
        var claimed = SerializedKey.ToArray(_alice.Identity.PublicKey);
        var at = message.Bytes.AsSpan().IndexOf(SerializedKey.ToArray(_mallory.Identity.PublicKey));
        claimed.CopyTo(message.Bytes.AsSpan(at));
        AssertRefused(DecryptStatus.InvalidMac, message, _alice.Identity.PublicKey);
    }

    [Fact]
    public void Message_OfASessionWithAnotherIdentityThanExpected_Refused()
    {
        Connect();
        AssertRefused(DecryptStatus.UntrustedIdentity, _alice.Encrypt("x"u8), _mallory.Identity.PublicKey);
    }

    [Fact]
    public void Message_AnyByteAltered_RefusedAndTheHonestOneOpens()
    {
        Connect();
        for (var turn = 0; turn < 2; turn++)
        {
            // First in a new chain of Alice, then in one that Bob knows.
            var message = _alice.Encrypt("honest"u8);
            for (var at = 0; at < message.Bytes.Length; at++)
                AssertRefused(null, Altered(message, at));
            Assert.Equal(DecryptStatus.Ok, _bob.Decrypt(message, out _));
            AssertRefused(DecryptStatus.Duplicate, message);
        }
    }

    [Fact]
    public void SkippedMessage_MacAltered_KeepsItsKey()
    {
        Connect();
        var skipped = _alice.Encrypt("skipped"u8);
        Assert.Equal(DecryptStatus.Ok, _bob.Decrypt(_alice.Encrypt("x"u8), out _));
        AssertRefused(DecryptStatus.InvalidMac, Altered(skipped, skipped.Bytes.Length - 1));
        Assert.Equal(DecryptStatus.Ok, _bob.Decrypt(skipped, out _));
    }

    [Fact]
    public void FirstMessage_AnyByteAltered_NeverOpensAsAnythingElse()
    {
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle()));
        var message = _alice.Encrypt("honest"u8);
        for (var at = 1; at < message.Bytes.Length; at += 7)
        {
            var status = _bob.Decrypt(Altered(message, at), out var plaintext);
            if (status == DecryptStatus.Ok)
                Assert.Equal("honest"u8.ToArray(), plaintext);
        }
    }

    [Theory]
    [InlineData(0x33, DecryptStatus.LegacyVersion)]
    [InlineData(0x34, DecryptStatus.LegacyVersion)]
    [InlineData(0x04, DecryptStatus.LegacyVersion)]
    [InlineData(0x54, DecryptStatus.UnknownVersion)]
    [InlineData(0xF4, DecryptStatus.UnknownVersion)]
    public void OtherVersions_Refused(byte version, DecryptStatus expected)
    {
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle()));
        var first = _alice.Encrypt("x"u8);
        first.Bytes[0] = version;
        AssertRefused(expected, first);
        first.Bytes[0] = SignalMessage.VersionByte;
        Assert.Equal(DecryptStatus.Ok, _bob.Decrypt(first, out _));
        var answer = _bob.Encrypt("y"u8);
        answer.Bytes[0] = version;
        Assert.Equal(expected, _alice.Decrypt(answer, out _));
    }

    [Fact]
    public void Truncated_AtAnyLength_Refused()
    {
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle()));
        var first = _alice.Encrypt("x"u8);
        for (var length = 0; length < first.Bytes.Length; length++)
            AssertRefused(null, first with { Bytes = first.Bytes[..length] });
        for (var length = 0; length < 80; length++)
            AssertRefused(null, new CiphertextMessage(CiphertextKind.Whisper, first.Bytes[..length]));
        AssertRefused(DecryptStatus.InvalidMessage, first with { Kind = (CiphertextKind)7 });
        AssertRefused(DecryptStatus.InvalidMessage, first with { Bytes = new byte[SignalMessage.MaxSize + 1] });
    }

    [Fact]
    public void Plaintext_OverTheLimit_Throws()
    {
        Connect();
        Assert.Throws<ArgumentException>(() => _alice.Encrypt(new byte[SessionCipher.MaxPlaintextSize + 1]));
    }

    [Fact]
    public void BundleBytes_TruncatedOrOfAnotherKind_Refused()
    {
        foreach (var withPreKey in new[] { true, false })
        {
            using var writer = new WireWriter();
            var bundle = _bob.Bundle(withPreKey);
            bundle.Write(writer);
            var bytes = writer.ToArray();
            Assert.True(bytes.Length <= PreKeyBundle.MaxSize);
            Assert.True(TryRead(bytes, out var read));
            Assert.Equal(bundle with { SignedPreKeySignature = [], KyberPreKeySignature = [] }, read! with { SignedPreKeySignature = [], KyberPreKeySignature = [] });
            Assert.Equal(BundleStatus.Ok, _alice.Start(read));
            for (var length = 0; length < bytes.Length; length++)
                Assert.False(TryRead(bytes[..length], out _));
            bytes[0] = 2;
            Assert.False(TryRead(bytes, out _));
        }
    }

    [Fact]
    public void StoredRecord_Damaged_RefusedOrHarmless()
    {
        Connect();
        var skipped = _alice.Encrypt("skipped"u8);
        Assert.Equal(DecryptStatus.Ok, _bob.Decrypt(_alice.Encrypt("x"u8), out _));
        var stored = _bob.Record.Serialize();
        for (var length = 1; length < stored.Length; length++)
            _ = SessionRecord.TryParse(stored.AsSpan(0, length), out _);
        for (var at = 0; at < stored.Length; at++)
        {
            stored[at] ^= 0x41;
            if (SessionRecord.TryParse(stored, out var record))
                _ = SessionCipher.TryDecrypt(record, skipped.Kind, skipped.Bytes, _bob.Identity, 22, null, _bob, SystemRandom.Instance, out _);
            stored[at] ^= 0x41;
        }

        Assert.False(SessionRecord.TryParse([], out _));
        Assert.True(SessionRecord.TryParse(stored, out _));
    }

    private static bool TryRead(byte[] bytes, out PreKeyBundle? bundle)
    {
        var reader = new WireReader(bytes);
        return PreKeyBundle.TryRead(ref reader, out bundle);
    }

    private static CiphertextMessage Altered(CiphertextMessage message, int at)
    {
        var bytes = message.Bytes.ToArray();
        bytes[at] ^= 0x01;
        return message with { Bytes = bytes };
    }

    private void AssertRefused(BundleStatus expected, PreKeyBundle bundle)
    {
        var before = _alice.Record.Serialize();
        Assert.Equal(expected, _alice.Start(bundle));
        Assert.Equal(before, _alice.Record.Serialize());
    }

    private void AssertRefused(DecryptStatus? expected, CiphertextMessage message, X25519PublicKey? expectedIdentity = null)
    {
        var before = _bob.Record.Serialize();
        var status = _bob.Decrypt(message, out var plaintext, expectedIdentity);
        Assert.NotEqual(DecryptStatus.Ok, status);
        if (expected is { } exactly)
            Assert.Equal(exactly, status);
        Assert.Empty(plaintext);
        Assert.Equal(before, _bob.Record.Serialize());
    }

    private void Connect()
    {
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle()));
        Assert.Equal(DecryptStatus.Ok, _bob.Decrypt(_alice.Encrypt("hello"u8), out _));
        Assert.Equal(DecryptStatus.Ok, _alice.Decrypt(_bob.Encrypt("hi"u8), out _));
    }
}
