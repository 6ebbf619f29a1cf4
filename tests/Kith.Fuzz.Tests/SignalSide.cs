using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Crypto.Kem;
using Kith.Messaging.Signal;

namespace Kith.Fuzz.Tests;

/// <summary>One side of a Signal conversation. Its prekeys are never used up, so that the same first message can be tried again and again.</summary>
internal sealed class SignalSide : IPreKeySource
{
    public const long Now = 1_700_000_000_000;
    private const uint PreKeyId = 7;

    private readonly OneTimePreKey _preKey = OneTimePreKey.Generate(PreKeyId, SystemRandom.Instance);
    private readonly Lazy<KyberPreKey> _kyber;
    private readonly Lazy<SignedPreKey> _signed;

    public SignalSide()
    {
        _signed = new Lazy<SignedPreKey>(() => SignedPreKey.Generate(PreKeyId, Identity, SystemRandom.Instance));
        _kyber = new Lazy<KyberPreKey>(() => KyberPreKey.Generate(PreKeyId, Identity, SystemRandom.Instance));
    }

    public IdentityKeyPair Identity { get; } = IdentityKeyPair.Generate(SystemRandom.Instance);

    public SessionRecord Record { get; set; } = new();

    public PreKeyBundle Bundle(bool withPreKey = true) => new(
        1, 1, withPreKey ? PreKeyId : null, withPreKey ? _preKey.PrivateKey.PublicKey : null, PreKeyId, _signed.Value.PrivateKey.PublicKey, _signed.Value.Signature,
        PreKeyId, _kyber.Value.KeyPair.PublicKey, _kyber.Value.Signature, Identity.PublicKey);

    /// <summary>Starts a session with the other side; when it answered, the beginning is no longer carried along.</summary>
    public void Meet(SignalSide other, bool answered)
    {
        Assert.Equal(BundleStatus.Ok, SessionBuilder.ProcessBundle(Record, Identity, 1, other.Bundle(), null, SystemRandom.Instance, Now));
        if (!answered)
            return;
        Assert.Equal(DecryptStatus.Ok, other.Decrypt(Encrypt("hello"u8)));
        Assert.Equal(DecryptStatus.Ok, Decrypt(other.Encrypt("hello"u8)));
    }

    public CiphertextMessage Encrypt(ReadOnlySpan<byte> plaintext) =>
        SessionCipher.Encrypt(Record, plaintext, Now) ?? throw new InvalidOperationException("no usable session");

    public DecryptStatus Decrypt(CiphertextMessage message) => Decrypt(message.Kind, message.Bytes);

    public DecryptStatus Decrypt(CiphertextKind kind, byte[] message) => SessionCipher.TryDecrypt(
        Record, kind, message, Identity, 1, null, this, SystemRandom.Instance, out _).Status;

    public bool TryGetPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key) => (key = id == PreKeyId ? _preKey.PrivateKey : null) is not null;

    public bool TryGetSignedPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key) => (key = id == PreKeyId ? _signed.Value.PrivateKey : null) is not null;

    public bool TryGetKyberPreKey(uint id, [NotNullWhen(true)] out KyberKeyPair? key) => (key = id == PreKeyId ? _kyber.Value.KeyPair : null) is not null;
}
