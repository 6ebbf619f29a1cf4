using Kith.Crypto.Noise;

namespace Kith.Crypto.Tests.Noise;

public sealed class CipherStateTests
{
    private static readonly byte[] Key = new SeededRandom(1).NextBytes(32);

    [Fact]
    public void RefusedMessage_LeavesTheNumber()
    {
        using CipherState send = new(Key), receive = new(Key);
        var message = new byte[20];
        send.EncryptWithAd([], new byte[4], message);
        message[0] ^= 1;
        Assert.False(receive.TryDecryptWithAd([], message, new byte[4], out _));
        Assert.Equal(0UL, receive.Nonce);
        message[0] ^= 1;
        Assert.False(receive.TryDecryptWithAd([1], message, new byte[4], out _));
        Assert.True(receive.TryDecryptWithAd([], message, new byte[4], out _));
        Assert.Equal(1UL, receive.Nonce);
        Assert.False(receive.TryDecryptWithAd([], message, new byte[4], out _)); // a replay
    }

    [Fact]
    public void SetNonce_DecryptsOutOfOrder()
    {
        using CipherState send = new(Key), receive = new(Key);
        byte[] first = new byte[17], second = new byte[17], read = new byte[1];
        send.EncryptWithAd([], [1], first);
        send.EncryptWithAd([], [2], second);
        receive.SetNonce(1);
        Assert.True(receive.TryDecryptWithAd([], second, read, out _));
        receive.SetNonce(0);
        Assert.True(receive.TryDecryptWithAd([], first, read, out _));
        Assert.Equal(1, read[0]);
    }

    [Fact]
    public void LastNumber_IsNeverUsed()
    {
        using CipherState send = new(Key), receive = new(Key);
        send.SetNonce(CipherState.NonceLimit - 1);
        receive.SetNonce(CipherState.NonceLimit - 1);
        var message = new byte[16];
        send.EncryptWithAd([], [], message);
        Assert.True(receive.TryDecryptWithAd([], message, [], out _));
        Assert.Throws<InvalidOperationException>(() => send.EncryptWithAd([], [], message));
        Assert.False(receive.TryDecryptWithAd([], message, [], out _));
    }

    [Fact]
    public void Rekey_OfBothSides_GoesOn_OfOneSide_IsRefused()
    {
        using CipherState send = new(Key), receive = new(Key);
        NoisePair.Exchange(send, receive);
        send.Rekey();
        var message = new byte[16];
        send.EncryptWithAd([], [], message);
        Assert.False(receive.TryDecryptWithAd([], message, [], out _));
        receive.Rekey();
        Assert.True(receive.TryDecryptWithAd([], message, [], out _));
        Assert.Equal(2UL, receive.Nonce);
    }

    // §4.2: REKEY(k) = first 32 bytes of ENCRYPT(k, 2^64 − 1, "", 32 zeroes)
    [Fact]
    public void Rekey_GivesTheKeyOfTheSpecification()
    {
        var next = new byte[48];
        ChaCha20Poly1305Aead.Seal(Key, [0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255], [], new byte[32], next);
        using CipherState send = new(Key), receive = new(next.AsSpan(0, 32));
        send.Rekey();
        NoisePair.Exchange(send, receive);
    }

    [Fact]
    public void Sizes_AreChecked()
    {
        using CipherState send = new(Key), receive = new(Key);
        Assert.Throws<ArgumentException>(() => send.EncryptWithAd([], new byte[65520], new byte[70000]));
        Assert.Throws<ArgumentException>(() => send.EncryptWithAd([], new byte[10], new byte[25]));
        Assert.Equal(0UL, send.Nonce);
        for (var size = 0; size < 16; size++)
            Assert.False(receive.TryDecryptWithAd([], new byte[size], [], out _));
        Assert.False(receive.TryDecryptWithAd([], new byte[65536], new byte[65536], out _));
        Assert.Equal(65535, send.EncryptWithAd([], new byte[65519], new byte[65535]));
    }
}
