using Kith.Crypto.Noise;

namespace Kith.Crypto.Tests.Noise;

public sealed class NoiseHandshakeTests
{
    public static TheoryData<string> Protocols() =>
    [
        "Noise_XX_25519_ChaChaPoly_SHA256",
        "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2s",
        "Noise_IK_25519_ChaChaPoly_BLAKE2s",
        "Noise_IKpsk0_25519_ChaChaPoly_SHA256",
        "Noise_NNpsk0_25519_ChaChaPoly_SHA256",
        "Noise_KKpsk1+psk2_25519_ChaChaPoly_SHA256",
    ];

    [Theory]
    [MemberData(nameof(Protocols))]
    public void Handshake_OfTwo_EndsInACommonChannel(string name)
    {
        var pair = new NoisePair(name, 1);
        pair.Run();
        Assert.Equal(Hex.Of(pair.Initiator.HandshakeHash), Hex.Of(pair.Responder.HandshakeHash));
        if (pair.Protocol.Pattern.NeedsStatic(true))
            Assert.Equal(pair.InitiatorKey.PublicKey, pair.Responder.RemoteStatic);
        if (pair.Protocol.Pattern.NeedsStatic(false))
            Assert.Equal(pair.ResponderKey.PublicKey, pair.Initiator.RemoteStatic);
        var (a, b) = (pair.Initiator.Split(), pair.Responder.Split());
        NoisePair.Exchange(a.Send, b.Receive);
        NoisePair.Exchange(b.Send, a.Receive);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void EveryBitOfEveryMessage_Flipped_KillsTheHandshakeOfOneSide(string name)
    {
        var count = NoiseProtocol.Parse(name).MessageCount;
        for (var which = 0; which < count; which++)
        {
            var size = 0;
            for (var bit = 0; bit == 0 || bit < size * 8; bit += 7)
            {
                var pair = new NoisePair(name, 2);
                var mangled = pair.Run((index, message) =>
                {
                    if (index != which)
                        return message;
                    size = message.Length;
                    message[bit / 8] ^= (byte)(1 << (bit % 8));
                    return message;
                });
                // Even the top bit of a key in the clear: X25519 ignores it, the transcript does not.
                Assert.True(mangled.HasFailed);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public void TruncatedLongerOrRandomMessages_AreRefusedAndNeverThrow(string name)
    {
        var random = new SeededRandom(3);
        var count = NoiseProtocol.Parse(name).MessageCount;
        for (var round = 0; round < 150; round++)
        {
            var which = random.NextInt32(count);
            var kind = random.NextInt32(3);
            var pair = new NoisePair(name, (ulong)round);
            var failed = pair.Run((index, message) => index != which
                ? message
                : kind switch
                {
                    0 => message[..random.NextInt32(message.Length)],
                    1 => [.. message, .. random.NextBytes(1 + random.NextInt32(100))],
                    _ => random.NextBytes(random.NextInt32(400)),
                });
            Assert.True(failed.HasFailed);
        }
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    public void EphemeralKeyOfSmallOrder_IsRefused(string key)
    {
        var pair = new NoisePair("Noise_XX_25519_ChaChaPoly_SHA256", 4);
        Assert.False(pair.Responder.TryReadMessage(Hex.Bytes(key), new byte[32], out _));
        Assert.True(pair.Responder.HasFailed);
    }

    [Fact]
    public void OtherPrologue_IsRefused()
    {
        var pair = new NoisePair("Noise_XX_25519_ChaChaPoly_SHA256", 5, responderPrologue: [9]);
        Assert.Same(pair.Initiator, pair.Run());
        Assert.True(pair.Initiator.HasFailed);
    }

    [Fact]
    public void OtherPsk_IsRefusedAtTheFirstMessage()
    {
        var pair = new NoisePair("Noise_XXpsk0_25519_ChaChaPoly_SHA256", 6, responderPsk: 99);
        Assert.Same(pair.Responder, pair.Run());
        Assert.True(pair.Responder.HasFailed);
    }

    [Fact]
    public void MessageForAnotherResponder_IsRefused()
    {
        var protocol = NoiseProtocol.Parse("Noise_IK_25519_ChaChaPoly_SHA256");
        var random = new SeededRandom(7);
        using X25519PrivateKey a = X25519PrivateKey.Generate(random), b = X25519PrivateKey.Generate(random), c = X25519PrivateKey.Generate(random);
        using var initiator = new HandshakeState(protocol, true, [], a, c.PublicKey, null, random);
        using var responder = new HandshakeState(protocol, false, [], b, null, null, random);
        var message = new byte[initiator.NextMessageOverhead];
        initiator.WriteMessage([], message);
        Assert.False(responder.TryReadMessage(message, [], out _));
        Assert.Null(responder.RemoteStatic);
    }

    [Fact]
    public void AfterAFailure_NothingWorksAndNothingThrowsOnReading()
    {
        var pair = new NoisePair("Noise_XX_25519_ChaChaPoly_SHA256", 8);
        Assert.False(pair.Responder.TryReadMessage(new byte[31], new byte[100], out _));
        Assert.False(pair.Responder.TryReadMessage(new byte[32], new byte[100], out _));
        Assert.Throws<InvalidOperationException>(() => pair.Responder.WriteMessage([], new byte[200]));
        Assert.Throws<InvalidOperationException>(() => pair.Responder.Split());
    }

    [Fact]
    public void OutOfTurn_WritingThrows_ReadingIsRefused()
    {
        var pair = new NoisePair("Noise_XX_25519_ChaChaPoly_SHA256", 9);
        Assert.Throws<InvalidOperationException>(() => pair.Responder.WriteMessage([], new byte[200]));
        Assert.False(pair.Initiator.TryReadMessage(new byte[32], new byte[32], out _));
        Assert.True(pair.Initiator.HasFailed);
    }

    [Fact]
    public void Split_Twice_Throws()
    {
        var pair = new NoisePair("Noise_NN_25519_ChaChaPoly_SHA256", 10);
        pair.Run();
        _ = pair.Initiator.Split();
        Assert.Throws<InvalidOperationException>(() => pair.Initiator.Split());
        Assert.False(pair.Initiator.TryReadMessage(new byte[48], new byte[48], out _));
        Assert.True(pair.Initiator.IsFinished);
    }

    [Fact]
    public void MessageSizes_AreLimitedTo65535()
    {
        var pair = new NoisePair("Noise_NN_25519_ChaChaPoly_SHA256", 11);
        var buffer = new byte[70000];
        Assert.Throws<ArgumentException>(() => pair.Initiator.WriteMessage(new byte[65504], buffer));
        Assert.Equal(65535, pair.Initiator.WriteMessage(new byte[65503], buffer));
        Assert.False(pair.Responder.TryReadMessage(new byte[65536], buffer, out _));
    }

    [Fact]
    public void KeysThatThePatternLacksOrNeeds_AreChecked()
    {
        var random = new SeededRandom(12);
        using var key = X25519PrivateKey.Generate(random);
        using var psk = SecretBytes.Generate(random, 32);
        using var shortPsk = SecretBytes.Generate(random, 31);
        var ik = NoiseProtocol.Parse("Noise_IK_25519_ChaChaPoly_SHA256");
        var xxpsk = NoiseProtocol.Parse("Noise_XXpsk0_25519_ChaChaPoly_SHA256");
        Assert.Throws<ArgumentException>(() => new HandshakeState(ik, true, [], key, null, null, random));
        Assert.Throws<ArgumentException>(() => new HandshakeState(ik, true, [], null, key.PublicKey, null, random));
        Assert.Throws<ArgumentException>(() => new HandshakeState(ik, false, [], key, key.PublicKey, null, random));
        Assert.Throws<ArgumentException>(() => new HandshakeState(ik, true, [], key, key.PublicKey, psk, random));
        Assert.Throws<ArgumentException>(() => new HandshakeState(xxpsk, true, [], key, null, null, random));
        Assert.Throws<ArgumentException>(() => new HandshakeState(xxpsk, true, [], key, null, shortPsk, random));
    }

    [Theory]
    [InlineData("Noise_ZZ_25519_ChaChaPoly_SHA256")]
    [InlineData("Noise_XX_448_ChaChaPoly_SHA256")]
    [InlineData("Noise_XX_25519_AESGCM_SHA256")]
    [InlineData("Noise_XX_25519_ChaChaPoly_SHA512")]
    [InlineData("Noise_XXpsk4_25519_ChaChaPoly_SHA256")]
    [InlineData("Noise_XXpsk_25519_ChaChaPoly_SHA256")]
    [InlineData("Noise_XXpsk1+psk0_25519_ChaChaPoly_SHA256")]
    [InlineData("Noise_XXpsk0+psk0_25519_ChaChaPoly_SHA256")]
    [InlineData("Noise_XXfallback_25519_ChaChaPoly_SHA256")]
    [InlineData("Noise_XX_25519_ChaChaPoly_SHA256_")]
    [InlineData("noise_XX_25519_ChaChaPoly_SHA256")]
    [InlineData("")]
    public void UnknownNames_AreRefused(string name)
    {
        Assert.False(NoiseProtocol.TryParse(name, out _));
        Assert.Throws<ArgumentException>(() => NoiseProtocol.Parse(name));
    }
}
