using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Crypto.Kem;
using Kith.Messaging.Signal;

namespace Kith.Messaging.Tests.Signal;

/// <summary>One side of a conversation with its prekeys, as the node would hold it. Used one-time keys are deleted as the contract says.</summary>
internal sealed class SignalPerson : IPreKeySource, IDisposable
{
    private readonly Dictionary<uint, OneTimePreKey> _preKeys = [];
    private readonly Dictionary<uint, SignedPreKey> _signed = [];
    private readonly Dictionary<uint, KyberPreKey> _kyber = [];
    private uint _nextId = 1;

    public SignalPerson(uint registrationId)
    {
        RegistrationId = registrationId;
        Identity = IdentityKeyPair.Generate(SystemRandom.Instance);
    }

    public uint RegistrationId { get; }

    public IdentityKeyPair Identity { get; }

    public SessionRecord Record { get; set; } = new();

    public long Now { get; set; } = 1_700_000_000_000;

    public NewSession? LastNewSession { get; private set; }

    public PreKeyBundle Bundle(bool withPreKey = true)
    {
        var id = _nextId++;
        var signed = SignedPreKey.Generate(id, Identity, SystemRandom.Instance);
        var kyber = KyberPreKey.Generate(id, Identity, SystemRandom.Instance);
        _signed[id] = signed;
        _kyber[id] = kyber;
        X25519PublicKey? publicPreKey = null;
        if (withPreKey)
        {
            _preKeys[id] = OneTimePreKey.Generate(id, SystemRandom.Instance);
            publicPreKey = _preKeys[id].PrivateKey.PublicKey;
        }

        return new PreKeyBundle(RegistrationId, 1, withPreKey ? id : null, publicPreKey, id, signed.PrivateKey.PublicKey, signed.Signature, id,
            kyber.KeyPair.PublicKey, kyber.Signature, Identity.PublicKey);
    }

    public BundleStatus Start(PreKeyBundle bundle, X25519PublicKey? expected = null) =>
        SessionBuilder.ProcessBundle(Record, Identity, RegistrationId, bundle, expected, SystemRandom.Instance, Now);

    public CiphertextMessage Encrypt(ReadOnlySpan<byte> plaintext) =>
        SessionCipher.Encrypt(Record, plaintext, Now) ?? throw new InvalidOperationException("no usable session");

    public DecryptStatus Decrypt(CiphertextMessage message, out byte[] plaintext, X25519PublicKey? expected = null)
    {
        var result = SessionCipher.TryDecrypt(Record, message.Kind, message.Bytes, Identity, RegistrationId, expected, this, SystemRandom.Instance,
            out plaintext);
        if (result.NewSession is { } created)
        {
            LastNewSession = created;
            if (created.PreKeyId is { } id)
                _preKeys.Remove(id);
            _kyber.Remove(created.KyberPreKeyId);
        }

        return result.Status;
    }

    public bool TryGetPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key)
    {
        key = _preKeys.GetValueOrDefault(id)?.PrivateKey;
        return key is not null;
    }

    public bool TryGetSignedPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key)
    {
        key = _signed.GetValueOrDefault(id)?.PrivateKey;
        return key is not null;
    }

    public bool TryGetKyberPreKey(uint id, [NotNullWhen(true)] out KyberKeyPair? key)
    {
        key = _kyber.GetValueOrDefault(id)?.KeyPair;
        return key is not null;
    }

    public void Dispose() => Identity.Dispose();
}
