using Kith.Overlay.Rendezvous;

namespace Kith.Overlay.Tests.Rendezvous;

public sealed class ContactableFormatTests
{
    private static readonly byte[] Header = [1, 0, 0, 0, 0, 0, 0, 0, 9];

    [Fact]
    public void Content_ReadsBack()
    {
        var bytes = new byte[200];
        ContactableFormat.Write(new Contactable(["192.0.2.1:1", "no address\n", "", new string('x', 262), "node.example:2"]), 77, bytes);
        Assert.True(ContactableFormat.TryRead(bytes, out var content, out var madeAt));
        Assert.Equal(["192.0.2.1:1", "node.example:2"], content.Addresses);
        Assert.Equal(77, madeAt);
    }

    [Fact]
    public void FieldsOfALaterVersion_ArePassedOver()
    {
        Assert.True(Reads([.. Header, 2, 0, 3, 9, 9, 9, 1, 0, 3, .. "a:1"u8, 255, 0, 0, 0, 0], out var addresses));
        Assert.Equal(["a:1"], addresses);
    }

    [Fact]
    public void WrongPadding_IsRefused()
    {
        Assert.True(Reads([.. Header, 0, 0, 0, 0], out _));
        Assert.False(Reads([.. Header, 0, 0, 0, 1], out _));
        Assert.False(Reads([.. Header, 0, 1, 0, 0], out _));
    }

    [Fact]
    public void FieldThatRunsOverTheEnd_IsRefused()
    {
        Assert.False(Reads([.. Header, 1, 0, 4, .. "a:1"u8], out _));
        Assert.False(Reads([.. Header, 1, 0], out _));
        Assert.False(Reads([.. Header, 9, 255, 255], out _));
    }

    [Fact]
    public void OtherVersionNegativeTimeOrNothing_IsRefused()
    {
        Assert.False(Reads([2, .. Header[1..]], out _));
        Assert.False(Reads([1, 0x80, .. Header[2..]], out _));
        Assert.False(Reads(Header[..5], out _));
        Assert.False(Reads([], out _));
    }

    [Fact]
    public void AddressThatIsNone_IsRefused()
    {
        Assert.False(Reads([.. Header, 1, 0, 0, 0], out _));
        Assert.False(Reads([.. Header, 1, 0, 2, (byte)'a', 7], out _));
        Assert.False(Reads([.. Header, 1, 0, 2, (byte)'a', 0xe9], out _));
    }

    [Fact]
    public void SeventeenAddresses_AreRefused()
    {
        byte[] one = [1, 0, 3, .. "a:1"u8];
        Assert.True(Reads([.. Header, .. Enumerable.Repeat(one, 16).SelectMany(bytes => bytes)], out _));
        Assert.False(Reads([.. Header, .. Enumerable.Repeat(one, 17).SelectMany(bytes => bytes)], out _));
    }

    private static bool Reads(byte[] bytes, out IReadOnlyList<string> addresses)
    {
        var ok = ContactableFormat.TryRead(bytes, out var content, out _);
        addresses = ok ? content.Addresses : [];
        return ok;
    }
}
