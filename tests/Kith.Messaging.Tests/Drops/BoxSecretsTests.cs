using System.Security.Cryptography;
using System.Text;
using Kith.Crypto;
using Kith.Messaging.Contacts;
using Kith.Messaging.Drops;
using Kith.Messaging.Envelopes;
using Kith.Wire;

namespace Kith.Messaging.Tests.Drops;

/// <summary>docs/protocol/mailbox.md, "Box secrets and periods", against HKDF of the run-time.</summary>
public sealed class BoxSecretsTests
{
    private static readonly byte[] Link = [.. Enumerable.Repeat((byte)7, 32)];
    private static readonly AccountId Alice = AccountId.FromBytes([.. Enumerable.Repeat((byte)1, AccountId.Size)]);
    private static readonly AccountId Bob = AccountId.FromBytes([.. Enumerable.Repeat((byte)2, AccountId.Size)]);

    [Fact]
    public void OfPair_IsThatOfTheDocument()
    {
        using var pair = PairSecret.Generate(SystemRandom.Instance, 0);
        Assert.Equal(Expected(pair.Value, "kith-box-pair-v1", Bytes(Bob), Bytes(Alice)), BoxSecrets.OfPair(pair, reader: Bob, writer: Alice));
        Assert.Equal(Expected(pair.Value, "kith-box-pair-v1", Bytes(Alice), Bytes(Bob)), BoxSecrets.OfPair(pair, reader: Alice, writer: Bob));
    }

    [Fact]
    public void OfLink_IsThatOfTheDocument()
    {
        Assert.Equal(Expected(Link, "kith-box-link-v1", [1], Bytes(Alice)), BoxSecrets.OfBundle(Link, Alice));
        Assert.Equal(Expected(Link, "kith-box-link-v1", [2], Bytes(Alice)), BoxSecrets.OfRequests(Link, Alice));
    }

    private static byte[] Expected(ReadOnlySpan<byte> key, string label, params byte[][] rest) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.ToArray(), 32, [], [.. Encoding.ASCII.GetBytes(label), 0, .. rest.SelectMany(part => part)]);

    private static byte[] Bytes(AccountId id)
    {
        var bytes = new byte[AccountId.Size];
        id.CopyTo(bytes);
        return bytes;
    }
}
