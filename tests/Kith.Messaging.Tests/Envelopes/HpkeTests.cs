using Kith.Crypto;
using Kith.Messaging.Envelopes;

namespace Kith.Messaging.Tests.Envelopes;

public sealed class HpkeTests
{
    // RFC 9180 appendix A.2.1, base mode, sequence number 0.
    private static readonly byte[] Info = Convert.FromHexString("4f6465206f6e2061204772656369616e2055726e");
    private static readonly byte[] Enc = Convert.FromHexString("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
    private static readonly byte[] SkE = Convert.FromHexString("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600");
    private static readonly byte[] SkR = Convert.FromHexString("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
    private static readonly byte[] Plaintext = Convert.FromHexString("4265617574792069732074727574682c20747275746820626561757479");
    private static readonly byte[] Aad = Convert.FromHexString("436f756e742d30");

    private static readonly byte[] Ciphertext = Convert.FromHexString(
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28");

    [Fact]
    public void PublicVector_SealsAndOpens()
    {
        using var ephemeral = X25519PrivateKey.FromBytes(SkE);
        using var recipient = X25519PrivateKey.FromBytes(SkR);
        Assert.Equal(Enc, ephemeral.PublicKey.ToArray());
        var sealedBytes = new byte[Plaintext.Length + 16];
        Assert.True(Hpke.TrySeal(ephemeral, Enc, recipient.PublicKey, Info, Aad, Plaintext, sealedBytes));
        Assert.Equal(Ciphertext, sealedBytes);
        var opened = new byte[Plaintext.Length];
        Assert.True(Hpke.TryOpen(recipient, Enc, Info, Aad, Ciphertext, opened));
        Assert.Equal(Plaintext, opened);
    }

    [Fact]
    public void AnotherInfoAadKeyOrCiphertext_Refused()
    {
        using var recipient = X25519PrivateKey.FromBytes(SkR);
        using var other = X25519PrivateKey.FromBytes(SkE);
        var opened = new byte[Plaintext.Length];
        Assert.False(Hpke.TryOpen(recipient, Enc, Aad, Aad, Ciphertext, opened));
        Assert.False(Hpke.TryOpen(recipient, Enc, Info, Info, Ciphertext, opened));
        Assert.False(Hpke.TryOpen(other, Enc, Info, Aad, Ciphertext, opened));
        Assert.False(Hpke.TryOpen(recipient, new byte[32], Info, Aad, Ciphertext, opened));
        Ciphertext.CopyTo(opened = new byte[Ciphertext.Length], 0);
        opened[0] ^= 1;
        Assert.False(Hpke.TryOpen(recipient, Enc, Info, Aad, opened, new byte[Plaintext.Length]));
    }
}
