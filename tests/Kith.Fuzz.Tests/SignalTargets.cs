using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Crypto.Kem;
using Kith.Messaging.Signal;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Parsers of the Signal protocol. Whole decryptions, which cost a thousand times more, are in Kith.Messaging.Tests with fewer inputs.</summary>
internal static class SignalTargets
{
    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("signal message", () => new FuzzTarget("signal message", [Talk.Whisper], input => SignalMessage.TryParse(input, out _) == DecryptStatus.Ok)),
        ("signal prekey message", () => new FuzzTarget("signal prekey message", [Talk.First],
            input => PreKeySignalMessage.TryParse(input, out _) == DecryptStatus.Ok)),
        ("signal bundle", () => new FuzzTarget("signal bundle", [Talk.BundleBytes], input =>
        {
            var reader = new WireReader(input);
            return PreKeyBundle.TryRead(ref reader, out _);
        })),
        ("signal session record", () => new FuzzTarget("signal session record", Talk.Records, input => SessionRecord.TryParse(input, out _))),
        ("kyber prekey", () => new FuzzTarget("kyber prekey", [Talk.KyberBytes], input => KyberPreKey.TryParse(1, input, out _))),
    ];

    /// <summary>An honest conversation, for inputs to start from.</summary>
    private static class Talk
    {
        static Talk()
        {
            var random = SystemRandom.Instance;
            var (alice, bob) = (IdentityKeyPair.Generate(random), IdentityKeyPair.Generate(random));
            var keys = new Keys(bob, random);
            var bundle = new PreKeyBundle(1, 1, 1, keys.PreKey.PrivateKey.PublicKey, 1, keys.Signed.PrivateKey.PublicKey, keys.Signed.Signature, 1,
                keys.Kyber.KeyPair.PublicKey, keys.Kyber.Signature, bob.PublicKey);
            using var writer = new WireWriter();
            bundle.Write(writer);
            BundleBytes = writer.ToArray();
            KyberBytes = keys.Kyber.Serialize();

            SessionRecord ours = new(), theirs = new();
            Assert.Equal(BundleStatus.Ok, SessionBuilder.ProcessBundle(ours, alice, 2, bundle, null, random, 0));
            First = SessionCipher.Encrypt(ours, "first"u8, 0)!.Value.Bytes;
            var pending = ours.Serialize();
            for (var i = 0; i < 3; i++)
                SessionCipher.Encrypt(ours, "skipped"u8, 0);
            var third = SessionCipher.Encrypt(ours, "third"u8, 0)!.Value;
            Assert.Equal(DecryptStatus.Ok, SessionCipher.TryDecrypt(theirs, third.Kind, third.Bytes, bob, 1, null, keys, random, out _).Status);
            Whisper = SessionCipher.Encrypt(theirs, "answer"u8, 0)!.Value.Bytes;
            var skipped = theirs.Serialize();
            theirs.ArchiveCurrent();
            Records = [pending, skipped, theirs.Serialize()];
        }

        public static byte[] First { get; }

        public static byte[] Whisper { get; }

        public static byte[] BundleBytes { get; }

        public static byte[] KyberBytes { get; }

        public static byte[][] Records { get; }
    }

    private sealed class Keys(IdentityKeyPair identity, IRandom random) : IPreKeySource
    {
        public OneTimePreKey PreKey { get; } = OneTimePreKey.Generate(1, random);

        public SignedPreKey Signed { get; } = SignedPreKey.Generate(1, identity, random);

        public KyberPreKey Kyber { get; } = KyberPreKey.Generate(1, identity, random);

        public bool TryGetPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key) => (key = PreKey.PrivateKey) is not null;

        public bool TryGetSignedPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key) => (key = Signed.PrivateKey) is not null;

        public bool TryGetKyberPreKey(uint id, [NotNullWhen(true)] out KyberKeyPair? key) => (key = Kyber.KeyPair) is not null;
    }
}
