using Kith.Crypto.Noise;

namespace Kith.Crypto.Tests;

/// <summary>What runs for each packet or message makes no garbage.</summary>
public sealed class AllocationTests
{
    private readonly byte[] _key = new byte[32];
    private readonly byte[] _plain = new byte[300];
    private readonly byte[] _sealed = new byte[316];
    private readonly byte[] _nonce = new byte[24];
    private readonly byte[] _output = new byte[64];

    [Fact]
    public void Aead_AllocatesNothing()
    {
        AssertNone(() => ChaCha20Poly1305Aead.Seal(_key, _nonce.AsSpan(0, 12), default, _plain, _sealed));
        AssertNone(() => ChaCha20Poly1305Aead.TryOpen(_key, _nonce.AsSpan(0, 12), default, _sealed, _plain));
        AssertNone(() => XChaCha20Poly1305Aead.Seal(_key, _nonce, default, _plain, _sealed));
        AssertNone(() => XChaCha20Poly1305Aead.TryOpen(_key, _nonce, default, _sealed, _plain));
    }

    [Fact]
    public void NoisePackets_AllocateNothing()
    {
        using CipherState send = new(_key), receive = new(_key);
        AssertNone(() =>
        {
            send.EncryptWithAd(default, _plain, _sealed);
            Assert.True(receive.TryDecryptWithAd(default, _sealed, _plain, out _));
        });
    }

    [Fact]
    public void HashesAndDerivations_AllocateNothing()
    {
        AssertNone(() => HmacSha256.Hash(_key, _plain, _output.AsSpan(0, 32)));
        AssertNone(() => Sha256.Hash(_plain, _output.AsSpan(0, 32)));
        AssertNone(() => Blake2b.Hash(_key, _plain, _output));
        AssertNone(() => Hkdf.DeriveKey(_key, default, default, _output));
    }

    [Fact]
    public void Curves_AllocateNothing()
    {
        using var x = X25519PrivateKey.FromBytes(_key);
        using var ed = Ed25519PrivateKey.FromSeed(_key);
        var peer = x.PublicKey;
        AssertNone(() => x.TryAgree(peer, _output.AsSpan(0, 32)));
        AssertNone(() => ed.Sign("kith/test", _plain, _output));
        AssertNone(() => ed.PublicKey.Verify("kith/test", _plain, _output));
        AssertNone(() => XEdDsa.Verify(peer, _plain, _output));
    }

    private static void AssertNone(Action work)
    {
        for (var i = 0; i < 50; i++)
            work();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
            work();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
