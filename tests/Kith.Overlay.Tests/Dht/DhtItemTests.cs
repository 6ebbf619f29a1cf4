using System.Text;
using Kith.Crypto;
using Kith.Overlay.Dht;

namespace Kith.Overlay.Tests.Dht;

public sealed class DhtItemTests
{
    private static readonly Ed25519PrivateKey Key = Ed25519PrivateKey.FromSeed(new byte[32]);

    public static TheoryData<string> Vectors => [.. VectorLines.Read("bep44.txt")];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Vector_IsVerified(string line)
    {
        var (key, salt, sequence, value, target, signature) = Parse(line);
        DhtItem? item;
        if (key is { } signer)
        {
            Assert.True(DhtItem.TryVerify(signer, salt, sequence, value, signature, out item));
            Assert.Equal(item!.Target, DhtTarget.Mutable(signer, salt).Id);
        }
        else
        {
            Assert.True(DhtItem.TryVerify(target, value, out item));
        }

        Assert.Equal(target, item!.Target);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void VectorWithAnythingElse_IsRefused(string line)
    {
        var (key, salt, sequence, value, target, signature) = Parse(line);
        var other = (byte[])value.Clone();
        other[^1] ^= 1;
        if (key is not { } signer)
        {
            Assert.False(DhtItem.TryVerify(target, other, out _));
            return;
        }

        Assert.False(DhtItem.TryVerify(signer, salt, sequence, other, signature, out _));
        Assert.False(DhtItem.TryVerify(signer, salt, sequence + 1, value, signature, out _));
        Assert.False(DhtItem.TryVerify(signer, [.. salt, 1], sequence, value, signature, out _));
        Assert.False(DhtItem.TryVerify(Key.PublicKey, salt, sequence, value, signature, out _));
        Assert.False(DhtItem.TryVerify(signer, salt, sequence, value, signature.AsSpan(1), out _));
    }

    [Theory]
    [InlineData("3:ab")]
    [InlineData("2:abc")]
    [InlineData("")]
    [InlineData("i1ei2e")]
    [InlineData("l")]
    public void WhatIsNotOneValue_IsRefused(string value)
    {
        Assert.False(DhtItem.TryVerify(default, Encoding.ASCII.GetBytes(value), out _));
        Assert.Throws<ArgumentException>(() => DhtItem.Immutable(Encoding.ASCII.GetBytes(value)));
    }

    [Fact]
    public void LongestValueAndSalt_AreTaken_LongerOnesRefused()
    {
        var longest = DhtItem.Encode(new byte[DhtItem.MaxBytes]);
        Assert.Equal(DhtItem.MaxValueSize, longest.Length);
        var item = DhtItem.Sign(Key, new byte[DhtItem.MaxSaltSize], long.MaxValue, longest);
        Assert.True(DhtItem.TryVerify(Key.PublicKey, item.Salt, item.Sequence, item.Value, item.Signature, out _));
        Assert.Throws<ArgumentException>(() => DhtItem.Encode(new byte[DhtItem.MaxBytes + 1]));
        Assert.Throws<ArgumentException>(() => DhtItem.Sign(Key, new byte[DhtItem.MaxSaltSize + 1], 1, longest));
        Assert.Throws<ArgumentOutOfRangeException>(() => DhtItem.Sign(Key, default, -1, longest));
        Assert.False(DhtItem.TryVerify(default, Encoding.ASCII.GetBytes($"997:{new string('a', 997)}"), out _));
    }

    private static (Ed25519PublicKey? Key, byte[] Salt, long Sequence, byte[] Value, NodeId Target, byte[] Signature) Parse(string line)
    {
        var parts = line.Split(' ');
        Assert.True(NodeId.TryRead(Convert.FromHexString(parts[4]), out var target));
        Ed25519PublicKey? key = parts[0] != "-" && Ed25519PublicKey.TryParse(Convert.FromHexString(parts[0]), out var parsed) ? parsed : null;
        return (key, parts[1] == "-" ? [] : Encoding.ASCII.GetBytes(parts[1]), long.Parse(parts[2]), Encoding.ASCII.GetBytes(parts[3].Replace('_', ' ')), target,
            parts[5] == "-" ? [] : Convert.FromHexString(parts[5]));
    }
}
