using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Envelopes;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Envelopes as they come from a stranger, and their insides as they come from somebody who has the keys.</summary>
internal static class EnvelopeTargets
{
    private static readonly IRandom Random = SystemRandom.Instance;
    private static readonly MessageId Id = MessageId.FromBytes([.. Enumerable.Range(1, MessageId.Size).Select(i => (byte)i)]);

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("pair envelope", PairEnvelope),
        ("pair envelope, sealed", SealedPairEnvelope),
        ("anonymous envelope", AnonymousEnvelope),
        ("anonymous envelope, sealed", SealedAnonymousEnvelope),
        ("envelope inside", Inside),
    ];

    private static EnvelopeContent Content(int size) => new(EnvelopeKind.PreKey, Id, 1, Random.NextBytes(size));

    private static (PairKeys Ours, PairKeys Theirs) NewPair()
    {
        using var secret = PairSecret.Generate(Random, 0);
        var (a, b) = (AccountId.FromBytes(Random.NextBytes(AccountId.Size)), AccountId.FromBytes(Random.NextBytes(AccountId.Size)));
        return (PairKeys.Derive(secret, a, b), PairKeys.Derive(secret, b, a));
    }

    private static FuzzTarget PairEnvelope()
    {
        var (ours, theirs) = NewPair();
        var sealer = new EnvelopeSealer(Random);
        var opener = new EnvelopeOpener();
        return new FuzzTarget("pair envelope", [sealer.SealPair(theirs, Content(300)), sealer.SealPair(theirs, Content(1800))],
            input => opener.TryOpenPair(ours, input, out _), Longest: 2 * EnvelopeSize.Max);
    }

    // The plaintext is the sender's to choose: hint, nonce and tag are right, whatever is inside.
    private static FuzzTarget SealedPairEnvelope()
    {
        var (ours, theirs) = NewPair();
        var opener = new EnvelopeOpener();
        return new FuzzTarget("pair envelope, sealed", [Plaintext(null, 300), Plaintext(null, 1800)], plaintext =>
        {
            var envelope = new byte[plaintext.Length + EnvelopeFormat.HeaderSize + EnvelopeFormat.TagSize];
            envelope[0] = EnvelopeFormat.Version;
            var nonce = envelope.AsSpan(1, EnvelopeFormat.NonceSize);
            Random.Fill(nonce);
            PairKeys.WriteHint(theirs.SendHintKey, nonce, envelope.AsSpan(1 + EnvelopeFormat.NonceSize));
            var header = envelope.AsSpan(0, EnvelopeFormat.HeaderSize);
            XChaCha20Poly1305Aead.Seal(theirs.SendKey, nonce, header, plaintext, envelope.AsSpan(EnvelopeFormat.HeaderSize));
            return opener.TryOpenPair(ours, envelope, out var content) && Check(content);
        }, Longest: 4096 - EnvelopeFormat.HeaderSize - EnvelopeFormat.TagSize);
    }

    private static FuzzTarget AnonymousEnvelope()
    {
        var keys = AccountKeys.Generate(Random, 1);
        var sealer = new EnvelopeSealer(Random);
        var opener = new EnvelopeOpener();
        Assert.True(sealer.TrySealAnonymous(keys.Id, keys.Device.Envelope.PublicKey, keys.Id, Content(300), out var honest));
        return new FuzzTarget("anonymous envelope", [honest], input => opener.TryOpenAnonymous(keys.Id, keys.Device.Envelope, input, out _, out _), Cost: 4);
    }

    private static FuzzTarget SealedAnonymousEnvelope()
    {
        var keys = AccountKeys.Generate(Random, 1);
        var opener = new EnvelopeOpener();
        var info = new byte[AnonymousInfo.Size];
        AnonymousInfo.Write(keys.Id, info);
        return new FuzzTarget("anonymous envelope, sealed", [Plaintext(keys.Id, 300), Plaintext(keys.Id, 1800)], plaintext =>
        {
            var envelope = new byte[plaintext.Length + EnvelopeFormat.HeaderSize + EnvelopeFormat.TagSize];
            envelope[0] = EnvelopeFormat.Version;
            using var ephemeral = X25519PrivateKey.Generate(Random);
            ephemeral.PublicKey.CopyTo(envelope.AsSpan(1));
            Assert.True(Hpke.TrySeal(ephemeral, envelope.AsSpan(1, Hpke.EncapsulatedKeySize), keys.Device.Envelope.PublicKey, info, envelope.AsSpan(0, 1),
                plaintext, envelope.AsSpan(EnvelopeFormat.HeaderSize)));
            return opener.TryOpenAnonymous(keys.Id, keys.Device.Envelope, envelope, out _, out var content) && Check(content);
        }, Longest: 4096 - EnvelopeFormat.HeaderSize - EnvelopeFormat.TagSize, Cost: 10);
    }

    private static FuzzTarget Inside() => new("envelope inside", [Plaintext(null, 300), Plaintext(AccountId.FromBytes(new byte[32]), 900)], input =>
    {
        var plain = EnvelopeFormat.TryReadInner(input, withSender: false, out _, out var content) && Check(content);
        return (EnvelopeFormat.TryReadInner(input, withSender: true, out _, out content) && Check(content)) || plain;
    });

    private static byte[] Plaintext(AccountId? sender, int size)
    {
        var overhead = sender is null ? EnvelopeFormat.PairOverhead : EnvelopeFormat.AnonymousOverhead;
        Assert.True(EnvelopeSize.TryFit(size + overhead, out var whole));
        var plaintext = new byte[whole - EnvelopeFormat.HeaderSize - EnvelopeFormat.TagSize];
        EnvelopeFormat.WriteInner(plaintext, sender, Content(size));
        return plaintext;
    }

    private static bool Check(in EnvelopeContent content)
    {
        Assert.InRange(content.SenderDevice, 1, DeviceList.MaxDeviceId);
        Assert.False(content.Ciphertext.IsEmpty);
        return true;
    }
}
