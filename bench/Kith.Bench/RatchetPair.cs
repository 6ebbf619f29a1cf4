using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Crypto.Kem;
using Kith.Messaging.Signal;

namespace Kith.Bench;

/// <summary>Two people with a session between them; Bob has to answer next.</summary>
internal sealed class RatchetPair : IDisposable
{
    private readonly SignedPreKey _signedPreKey;
    private readonly KyberPreKey _kyberPreKey;

    public RatchetPair()
    {
        _signedPreKey = SignedPreKey.Generate(1, Bob.Identity, SystemRandom.Instance);
        _kyberPreKey = KyberPreKey.Generate(1, Bob.Identity, SystemRandom.Instance);
        var bundle = new PreKeyBundle(1, 1, null, null, 1, _signedPreKey.PrivateKey.PublicKey, _signedPreKey.Signature, 1, _kyberPreKey.KeyPair.PublicKey,
            _kyberPreKey.Signature, Bob.Identity.PublicKey);
        Bob.PreKeys = Alice.PreKeys = new Source(_signedPreKey, _kyberPreKey);
        if (SessionBuilder.ProcessBundle(Alice.Record, Alice.Identity, 2, bundle, null, SystemRandom.Instance, 0) != BundleStatus.Ok)
            throw new InvalidOperationException("the bundle was refused");
        Bob.Decrypt(Alice.Encrypt(new byte[1]));
    }

    public Person Alice { get; } = new();

    public Person Bob { get; } = new();

    public void Dispose()
    {
        Alice.Identity.Dispose();
        Bob.Identity.Dispose();
        _signedPreKey.PrivateKey.Dispose();
        _kyberPreKey.KeyPair.Dispose();
    }

    internal sealed class Person
    {
        public IdentityKeyPair Identity { get; } = IdentityKeyPair.Generate(SystemRandom.Instance);

        public SessionRecord Record { get; } = new();

        public IPreKeySource PreKeys { get; set; } = null!;

        public CiphertextMessage Encrypt(byte[] plaintext) =>
            SessionCipher.Encrypt(Record, plaintext, 0) ?? throw new InvalidOperationException("there is no session");

        public void Decrypt(CiphertextMessage message)
        {
            var result = SessionCipher.TryDecrypt(Record, message.Kind, message.Bytes, Identity, 1, null, PreKeys, SystemRandom.Instance, out _);
            if (result.Status != DecryptStatus.Ok)
                throw new InvalidOperationException($"a message was not opened: {result.Status}");
        }
    }

    private sealed class Source(SignedPreKey signedPreKey, KyberPreKey kyberPreKey) : IPreKeySource
    {
        public bool TryGetPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key)
        {
            key = null;
            return false;
        }

        public bool TryGetSignedPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key)
        {
            key = signedPreKey.PrivateKey;
            return true;
        }

        public bool TryGetKyberPreKey(uint id, [NotNullWhen(true)] out KyberKeyPair? key)
        {
            key = kyberPreKey.KeyPair;
            return true;
        }
    }
}
