using Kith.Crypto.Noise;

namespace Kith.Crypto.Tests.Noise;

public sealed class ForkTests
{
    [Theory]
    [InlineData("Noise_XX_25519_ChaChaPoly_BLAKE2s")]
    [InlineData("Noise_IKpsk0_25519_ChaChaPoly_BLAKE2s")]
    public void Fork_OfTheReaderOfEachMessage_RefusesAForgedOneAndLeavesTheFirstWhole(string name)
    {
        var pair = new NoisePair(name, 7);
        var (writer, reader) = (pair.Initiator, pair.Responder);
        for (var i = 0; i < pair.Protocol.MessageCount; i++)
        {
            var message = new byte[writer.NextMessageOverhead + 5];
            writer.WriteMessage("hello"u8, message);
            for (var at = 0; at < message.Length && i + writer.NextMessageOverhead > 0; at += 7)
            {
                byte[] forged = [.. message];
                forged[at] ^= 1;
                using var copy = reader.Fork();
                _ = copy.TryReadMessage(forged, new byte[512], out _);
                Assert.False(reader.HasFailed);
            }

            var taken = reader.Fork();
            Assert.True(taken.TryReadMessage(message, new byte[512], out var written));
            Assert.Equal(5, written);
            reader.Dispose();
            (writer, reader) = (taken, writer);
        }

        Assert.Equal(Hex.Of(writer.HandshakeHash), Hex.Of(reader.HandshakeHash));
        var (one, other) = (writer.SplitSecrets(), reader.SplitSecrets());
        Assert.Equal(Hex.Of(one.Send.Value), Hex.Of(other.Receive.Value));
        Assert.Equal(Hex.Of(one.Receive.Value), Hex.Of(other.Send.Value));
        Assert.NotEqual(Hex.Of(one.Send.Value), Hex.Of(one.Receive.Value));
        Assert.Throws<InvalidOperationException>(() => writer.SplitSecrets());
        Assert.Throws<InvalidOperationException>(() => reader.Split());
    }

    [Fact]
    public void SplitSecrets_OfAFinishedHandshake_AreTheKeysOfSplit()
    {
        var pair = new NoisePair("Noise_IK_25519_ChaChaPoly_BLAKE2s", 9);
        pair.Run();
        var (send, _) = pair.Initiator.Split();
        var (_, receive) = pair.Responder.SplitSecrets();
        var sealedBytes = new byte[21];
        send.EncryptWithAd([], "hello"u8, sealedBytes);
        var opened = new byte[5];
        Assert.True(ChaCha20Poly1305Aead.TryOpen(receive.Value, new byte[12], [], sealedBytes, opened));
        Assert.Equal("hello"u8.ToArray(), opened);
    }
}
