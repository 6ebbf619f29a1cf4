using Kith.Crypto;
using Kith.Forwarding.Sphinx;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Sphinx;

public sealed class HopAddressTests
{
    private static X25519PublicKey Key(byte fill, byte last = 0)
    {
        var bytes = Enumerable.Repeat(fill, 32).ToArray();
        bytes[31] = last;
        Assert.True(X25519PublicKey.TryParse(bytes, out var key));
        return key;
    }

    private static HopAddress[] All()
    {
        Assert.True(Endpoint.TryParse("[2001:db8::7]:7300", out var six));
        return [HopAddress.At(Endpoint.FromIPv4(0xC000_0201, 7300), Key(3)), HopAddress.At(six, Key(4)), HopAddress.Over(Key(5))];
    }

    [Fact]
    public void Address_OfEachKind_ComesBackAsItWas()
    {
        var bytes = new byte[HopAddress.Size];
        foreach (var address in All())
        {
            address.CopyTo(bytes);
            Assert.True(HopAddress.TryRead(bytes, out var read));
            Assert.Equal(address, read);
        }
    }

    [Fact]
    public void Address_WithoutPort_OrOfAKindThatNoPacketNames_IsNotRead()
    {
        var bytes = new byte[HopAddress.Size];
        foreach (var address in All().Where(static one => one.Kind == HopAddressKind.Endpoint))
        {
            address.CopyTo(bytes);
            bytes.AsSpan(17, 2).Clear();
            Assert.False(HopAddress.TryRead(bytes, out _));
        }

        Assert.False(HopAddress.TryRead(bytes.AsSpan(1), out _));
        All()[0].CopyTo(bytes);
        foreach (var kind in new byte[] { 0, (byte)HopAddressKind.Onion, (byte)HopCommand.Meet })
        {
            bytes[0] = kind;
            Assert.False(HopAddress.TryRead(bytes, out _));
        }
    }

    [Fact]
    public void OnionAddress_IsWrittenInNoPacket_SoThatNobodyMakesANodeCallAService()
    {
        Assert.True(Ed25519PublicKey.TryParse(Enumerable.Range(5, 32).Select(i => (byte)i).ToArray(), out var onion));
        Assert.Throws<InvalidOperationException>(() => HopAddress.At(onion, 443).CopyTo(new byte[HopAddress.Size]));
    }

    [Fact]
    public void Endpoint_TakesTheKeyThatItNames_AndNoOther()
    {
        var address = All()[0];
        Assert.True(address.Takes(Key(3)));
        Assert.False(address.Takes(Key(4)));
        Assert.True(All()[2].Takes(Key(5)));
        Assert.False(All()[2].Takes(Key(5, last: 1)));
        Assert.False(default(HopAddress).Takes(Key(5)));
    }
}
