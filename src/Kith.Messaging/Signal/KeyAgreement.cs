using System.Security.Cryptography;
using Kith.Crypto;
using Kith.Crypto.Kem;

namespace Kith.Messaging.Signal;

/// <summary>PQXDH (revision 3, §3.3) on either side: up to four Diffie–Hellman secrets and the KEM's, into a session.</summary>
internal static class KeyAgreement
{
    // 32 bytes of 0xFF, then DH1 ‖ DH2 ‖ DH3 [‖ DH4] ‖ SS (X3DH §2.2, F for curve 25519).
    private const int MaxSecrets = 6 * 32;

    /// <summary>The initiator's session out of a verified bundle; null when a key of it has small order.</summary>
    public static SessionState? Initiate(IdentityKeyPair own, uint ownRegistrationId, PreKeyBundle bundle, IRandom random, long now)
    {
        using var baseKey = X25519PrivateKey.Generate(random);
        Span<byte> secrets = stackalloc byte[MaxSecrets];
        var collected = new Secrets(secrets);
        var agreed = collected.TryAgree(own.PrivateKey, bundle.SignedPreKey)
            && collected.TryAgree(baseKey, bundle.IdentityKey)
            && collected.TryAgree(baseKey, bundle.SignedPreKey)
            && (bundle.PreKey is not { } preKey || collected.TryAgree(baseKey, preKey));
        if (!agreed)
        {
            CryptographicOperations.ZeroMemory(secrets);
            return null;
        }

        var ciphertext = bundle.KyberPreKey.Encapsulate(random, collected.Next());
        RatchetKeys.FromAgreement(collected.Value, out var rootKey, out var receiving);
        CryptographicOperations.ZeroMemory(secrets);

        var ratchetKey = X25519PrivateKey.Generate(random);
        var created = RatchetKeys.TryCreateChain(rootKey, bundle.SignedPreKey, ratchetKey, out var sendingRoot, out var sending);
        rootKey.Wipe();
        if (!created)
        {
            ratchetKey.Dispose();
            return null;
        }

        var state = new SessionState(own.PublicKey, bundle.IdentityKey, baseKey.PublicKey, sendingRoot, new SenderChain(ratchetKey, sending, 0))
        {
            LocalRegistrationId = ownRegistrationId,
            RemoteRegistrationId = bundle.RegistrationId,
            Pending = new PendingPreKey(bundle.PreKey is null ? null : bundle.PreKeyId, bundle.SignedPreKeyId, bundle.KyberPreKeyId,
                baseKey.PublicKey, ciphertext, now),
        };
        state.AddReceiver(new ReceiverChain(bundle.SignedPreKey, receiving, 0));
        return state;
    }

    /// <summary>The responder's session out of a first message; its signed prekey is its first ratchet key. Not Ok: a prekey is unknown or a key is bad.</summary>
    public static DecryptStatus Respond(
        IdentityKeyPair own, uint ownRegistrationId, in PreKeySignalMessage message, IPreKeySource preKeys, out SessionState? state)
    {
        state = null;
        if (!preKeys.TryGetSignedPreKey(message.SignedPreKeyId, out var signedPreKey) || !preKeys.TryGetKyberPreKey(message.KyberPreKeyId, out var kyberPreKey))
            return DecryptStatus.UnknownPreKey;
        X25519PrivateKey? preKey = null;
        if (message.PreKeyId is { } id && !preKeys.TryGetPreKey(id, out preKey))
            return DecryptStatus.UnknownPreKey;

        Span<byte> secrets = stackalloc byte[MaxSecrets];
        var collected = new Secrets(secrets);
        var agreed = collected.TryAgree(signedPreKey, message.IdentityKey)
            && collected.TryAgree(own.PrivateKey, message.BaseKey)
            && collected.TryAgree(signedPreKey, message.BaseKey)
            && (preKey is null || collected.TryAgree(preKey, message.BaseKey))
            && kyberPreKey.TryDecapsulate(message.KyberCiphertext, collected.Next());
        if (!agreed)
        {
            CryptographicOperations.ZeroMemory(secrets);
            return DecryptStatus.InvalidMessage;
        }

        RatchetKeys.FromAgreement(collected.Value, out var rootKey, out var sending);
        CryptographicOperations.ZeroMemory(secrets);

        var sender = new SenderChain(X25519PrivateKey.FromBytes(signedPreKey.Value), sending, 0);
        state = new SessionState(own.PublicKey, message.IdentityKey, message.BaseKey, rootKey, sender)
        {
            LocalRegistrationId = ownRegistrationId,
            RemoteRegistrationId = message.RegistrationId,
        };
        return DecryptStatus.Ok;
    }

    private ref struct Secrets
    {
        private readonly Span<byte> _room;
        private int _length;

        public Secrets(Span<byte> room)
        {
            _room = room;
            Next().Fill(0xFF);
        }

        public readonly ReadOnlySpan<byte> Value => _room[.._length];

        public Span<byte> Next()
        {
            var span = _room.Slice(_length, 32);
            _length += 32;
            return span;
        }

        public bool TryAgree(X25519PrivateKey ours, X25519PublicKey theirs) => ours.TryAgree(theirs, Next());
    }
}
