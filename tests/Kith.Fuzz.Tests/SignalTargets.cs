using Kith.Crypto;
using Kith.Crypto.Kem;
using Kith.Messaging.Signal;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>The Signal protocol's messages, bundles and stored keys, each by itself; <see cref="SessionTargets"/> holds what needs a session.</summary>
internal static class SignalTargets
{
    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("signal message", () => Message("signal message", answered: true, input => SignalMessage.TryParse(input, out _) == DecryptStatus.Ok)),
        ("prekey signal message", () => Message("prekey signal message", answered: false, input => PreKeySignalMessage.TryParse(input, out _) == DecryptStatus.Ok)),
        ("protobuf", Protobuf),
        ("prekey bundle", Bundle),
        ("prekey bundle, used", UsedBundle),
        ("prekey bundle, signed", SignedBundle),
        ("one-time prekey", () => new FuzzTarget("one-time prekey", [OneTimePreKey.Generate(1, SystemRandom.Instance).Serialize()],
            input => OneTimePreKey.TryParse(1, input, out _))),
        ("signed prekey", () => new FuzzTarget("signed prekey", [SignedPreKey.Generate(1, NewIdentity(), SystemRandom.Instance).Serialize()],
            input => SignedPreKey.TryParse(1, input, out _))),
        ("kyber prekey", () => new FuzzTarget("kyber prekey", [KyberPreKey.Generate(1, NewIdentity(), SystemRandom.Instance).Serialize()],
            input => KyberPreKey.TryParse(1, input, out _))),
        ("kyber public key", () => new FuzzTarget("kyber public key", [KyberKeyPair.Generate(SystemRandom.Instance).PublicKey.Serialized.ToArray()],
            input => KyberPublicKey.TryParse(input, out _))),
    ];

    private static IdentityKeyPair NewIdentity() => IdentityKeyPair.Generate(SystemRandom.Instance);

    private static FuzzTarget Message(string name, bool answered, Func<byte[], bool> parse)
    {
        SignalSide alice = new(), bob = new();
        alice.Meet(bob, answered);
        return new FuzzTarget(name, [alice.Encrypt("hello"u8).Bytes, alice.Encrypt(new byte[500]).Bytes], parse);
    }

    private static FuzzTarget Protobuf() => new("protobuf", [[0x08, 0x96, 0x01], [0x12, 0x03, 1, 2, 3, 0x1d, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7, 8]], input =>
    {
        var reader = new ProtobufReader(input);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out var field, out var wireType) || !(field == 1 ? reader.TryReadUInt32(wireType, out _) : reader.TrySkip(wireType)))
                return false;
        }

        return true;
    });

    private static FuzzTarget Bundle() => new("prekey bundle", [Written(new SignalSide().Bundle()), Written(new SignalSide().Bundle(withPreKey: false))], input =>
    {
        var reader = new WireReader(input);
        return PreKeyBundle.TryRead(ref reader, out _);
    });

    private static FuzzTarget UsedBundle() => new(
        "prekey bundle, used", [Written(new SignalSide().Bundle()), Written(new SignalSide().Bundle(withPreKey: false))], UseBundle(resign: null), Cost: 20);

    // Signed by its owner whatever it holds; what is signed is what was mutated.
    private static FuzzTarget SignedBundle()
    {
        var owner = new SignalSide();
        // Two signatures made, two verified, a KEM and four key agreements: 2 ms each.
        return new FuzzTarget("prekey bundle, signed", [Written(owner.Bundle()), Written(owner.Bundle(withPreKey: false))], UseBundle(owner), Cost: 40, FullRun: 100_000);
    }

    private static Func<byte[], bool> UseBundle(SignalSide? resign) => input =>
    {
        var reader = new WireReader(input);
        if (!PreKeyBundle.TryRead(ref reader, out var bundle))
            return false;
        if (resign is not null)
        {
            bundle = bundle with
            {
                IdentityKey = resign.Identity.PublicKey,
                SignedPreKeySignature = resign.Identity.Sign(SerializedKey.ToArray(bundle.SignedPreKey), SystemRandom.Instance),
                KyberPreKeySignature = resign.Identity.Sign(bundle.KyberPreKey.Serialized, SystemRandom.Instance),
            };
        }

        var alice = new SignalSide();
        var status = SessionBuilder.ProcessBundle(alice.Record, alice.Identity, 1, bundle, null, SystemRandom.Instance, SignalSide.Now);
        Assert.Equal(status == BundleStatus.Ok, alice.Record.HasUsableSession(SignalSide.Now));
        return status == BundleStatus.Ok && alice.Encrypt("hello"u8).Kind == CiphertextKind.PreKey;
    };

    private static byte[] Written(PreKeyBundle bundle)
    {
        using var writer = new WireWriter();
        bundle.Write(writer);
        return writer.ToArray();
    }
}
