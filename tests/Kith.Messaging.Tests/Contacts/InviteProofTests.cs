using Kith.Messaging.Contacts;
using Kith.Wire;

namespace Kith.Messaging.Tests.Contacts;

public sealed class InviteProofTests
{
    private static readonly byte[] Secret = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
    private static readonly byte[] Hash = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly AccountId Adder = AccountId.FromBytes(Hash);

    [Fact]
    public void RightProof_Verifies() => Assert.True(InviteProof.Verify(Secret, Hash, Adder, Make()));

    [Fact]
    public void AnotherSecretSessionAccountOrProof_Refused()
    {
        var proof = Make();
        Assert.False(InviteProof.Verify(Changed(Secret), Hash, Adder, proof));
        Assert.False(InviteProof.Verify(Secret, Changed(Hash), Adder, proof));
        Assert.False(InviteProof.Verify(Secret, Hash.AsSpan(0, 31), Adder, proof));
        Assert.False(InviteProof.Verify(Secret, Hash, AccountId.FromBytes(Changed(Hash)), proof));
        Assert.False(InviteProof.Verify(Secret, Hash, Adder, Changed(proof)));
        Assert.False(InviteProof.Verify(Secret, Hash, Adder, proof.AsSpan(0, 16)));
        Assert.False(InviteProof.Verify(Secret, [], Adder, proof));
    }

    [Fact]
    public void WithoutASession_IsNotMade() => Assert.Throws<ArgumentException>(() => InviteProof.Make(Secret, [], Adder, new byte[32]));

    private static byte[] Make()
    {
        var proof = new byte[InviteProof.Size];
        InviteProof.Make(Secret, Hash, Adder, proof);
        return proof;
    }

    private static byte[] Changed(byte[] bytes)
    {
        byte[] changed = [.. bytes];
        changed[3] ^= 4;
        return changed;
    }
}
