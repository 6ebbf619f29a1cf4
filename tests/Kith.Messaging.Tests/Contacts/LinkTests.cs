using System.Buffers.Text;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Tests.Accounts;

namespace Kith.Messaging.Tests.Contacts;

public sealed class LinkTests
{
    private const int MaxQrText = 220;
    private readonly CountingRandom _random = new(6);

    [Fact]
    public void LinkWithInvite_ReadsBack()
    {
        var link = Make("192.0.2.1:7300", "198.51.100.7:65535", "[2001:db8::1]:1", "node.example:443");
        Assert.True(Link.TryParse(link.ToString(), out var read, out var error));
        Assert.Equal(LinkError.None, error);
        AssertSame(link, read);
    }

    [Fact]
    public void PublicLink_ReadsBackWithoutSecret()
    {
        var link = Make("192.0.2.1:7300") with { InviteId = null, InviteSecret = default, ExpiresAt = 0 };
        Assert.True(Link.TryParse(link.ToString(), out var read, out _));
        Assert.True(read.IsPublic);
        Assert.False(read.IsExpiredAt(long.MaxValue));
        AssertSame(link, read);
    }

    [Fact]
    public void PublicLinkWithFindSeed_ReadsBack()
    {
        var link = Make("192.0.2.1:7300") with { InviteId = null, InviteSecret = default, FindSeed = new byte[Invite.SecretSize] };
        Assert.True(Link.TryParse(link.ToString(), out var read, out _));
        Assert.True(read.IsPublic);
        Assert.NotNull(read.FindSecret);
        AssertSame(link, read);
    }

    [Fact]
    public void PublicLinkWithPrice_ReadsBackInAVersionOfItsOwn()
    {
        var link = Make("192.0.2.1:7300") with { InviteId = null, InviteSecret = default, FindSeed = new byte[Invite.SecretSize], Price = 23 };
        Assert.Equal(3, Bytes(link)[0]);
        Assert.True(Link.TryParse(link.ToString(), out var read, out _));
        Assert.Equal(23, read.Price);
        AssertSame(link, read);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Link.MaxPrice + 1)]
    public void PriceThatIsNone_IsRefused(byte price)
    {
        var body = Bytes(Make() with { InviteId = null, InviteSecret = default, FindSeed = new byte[Invite.SecretSize], Price = 23 })[..^4];
        body[66 + Invite.SecretSize] = price;
        Assert.False(Link.TryParse(Sum(body), out _, out var error));
        Assert.Equal(LinkError.Invalid, error);
    }

    [Fact]
    public void PriceWithoutASeed_IsNotWritten() => Assert.Throws<InvalidOperationException>(() => (Make() with { Price = 1 }).ToString());

    [Fact]
    public void FindSeedOfAPublicLink_LetsNobodyIn()
    {
        var invite = Invite.Create(_random, 0, 1, null);
        Assert.NotEqual(invite.Secret.ToArray(), invite.FindSeed);
    }

    [Fact]
    public void TwoIPv4Addresses_FitAQrCode() => Assert.InRange(Make("192.0.2.1:7300", "198.51.100.7:7300").ToString().Length, 1, MaxQrText);

    [Theory]
    [InlineData("  {0}\n")]
    [InlineData("<{0}>")]
    [InlineData("\"{0}\"")]
    [InlineData("\r\n\t<{0}>\r\n")]
    [InlineData("KITH:{1}")]
    [InlineData("kith://{1}")]
    [InlineData("Kith://{1}/")]
    public void WhatMailAndBrowsersDoToALink_IsTaken(string pattern)
    {
        var text = Make("192.0.2.1:7300").ToString();
        var pasted = pattern.Replace("{0}", text, StringComparison.Ordinal).Replace("{1}", text["kith:".Length..], StringComparison.Ordinal);
        Assert.True(Link.TryParse(pasted, out _, out var error), error.ToString());
    }

    [Fact]
    public void LinkBrokenIntoLines_IsTaken()
    {
        var text = Make("192.0.2.1:7300").ToString();
        Assert.True(Link.TryParse(text[..70] + "\r\n " + text[70..], out _, out _));
    }

    [Fact]
    public void LinkCutAnywhere_IsDamaged()
    {
        var text = Make("192.0.2.1:7300").ToString();
        for (var size = Link.Scheme.Length; size < text.Length; size++)
        {
            Assert.False(Link.TryParse(text[..size], out _, out var error));
            Assert.Equal(LinkError.Damaged, error);
        }
    }

    [Fact]
    public void OneCharacterMistyped_IsDamaged()
    {
        var text = Make("192.0.2.1:7300").ToString();
        for (var at = Link.Scheme.Length; at < text.Length; at++)
        {
            var mistyped = text[..at] + (text[at] == 'x' ? 'y' : 'x') + text[(at + 1)..];
            Assert.False(Link.TryParse(mistyped, out _, out var error));
            Assert.Equal(LinkError.Damaged, error);
        }
    }

    [Theory]
    [InlineData(null, LinkError.Empty)]
    [InlineData("  ", LinkError.Empty)]
    [InlineData("hello", LinkError.NotALink)]
    [InlineData("https://example.org/", LinkError.NotALink)]
    [InlineData("kith", LinkError.NotALink)]
    [InlineData("kith:", LinkError.Damaged)]
    [InlineData("kith:!!!!", LinkError.Damaged)]
    [InlineData("kith:AAAA", LinkError.Damaged)]
    public void OtherText_HasItsOwnError(string? text, LinkError expected)
    {
        Assert.False(Link.TryParse(text, out var link, out var error));
        Assert.Null(link);
        Assert.Equal(expected, error);
    }

    [Fact]
    public void TooLongText_IsNotALink()
    {
        Assert.False(Link.TryParse("kith:" + new string('A', Link.MaxTextSize), out _, out var error));
        Assert.Equal(LinkError.NotALink, error);
    }

    [Theory]
    [InlineData(0, 5, LinkError.Newer)]
    [InlineData(0, 3, LinkError.Invalid)]
    [InlineData(0, 2, LinkError.Invalid)]
    [InlineData(0, 0, LinkError.Invalid)]
    [InlineData(1, 3, LinkError.Invalid)]
    [InlineData(1, 0, LinkError.Invalid)]
    [InlineData(94, 5, LinkError.Invalid)]
    [InlineData(95, 9, LinkError.Invalid)]
    public void WrongContentRightlySummed_IsRefused(int at, byte value, LinkError expected)
    {
        var body = Bytes(Make("192.0.2.1:7300"))[..^4];
        body[at] = value;
        Assert.False(Link.TryParse(Sum(body), out _, out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void PortZeroOrTrailingBytes_AreInvalid()
    {
        var body = Bytes(Make("192.0.2.1:7300"))[..^4];
        Assert.True(Link.TryParse(Sum(body), out _, out _));
        Assert.False(Link.TryParse(Sum([.. body, 0]), out _, out var trailing));
        Assert.False(Link.TryParse(Sum([.. body[..^2], 0, 0]), out _, out var port));
        Assert.Equal((LinkError.Invalid, LinkError.Invalid), (trailing, port));
    }

    [Fact]
    public void Expiry_IsInSeconds()
    {
        var link = Make() with { ExpiresAt = 1000 };
        Assert.False(link.IsExpiredAt(999_999));
        Assert.True(link.IsExpiredAt(1_000_000));
    }

    [Fact]
    public void EveryError_HasOneSentence()
    {
        foreach (var error in Enum.GetValues<LinkError>())
            Assert.EndsWith(".", LinkErrors.Sentence(error), StringComparison.Ordinal);
    }

    [Fact]
    public void RandomMutations_NeverThrow()
    {
        var bytes = Bytes(Make("192.0.2.1:7300", "node.example:443"));
        for (var i = 0; i < 20_000; i++)
        {
            var body = bytes[.._random.NextInt32(bytes.Length - 3)];
            for (var flips = _random.NextInt32(4); flips > 0 && body.Length > 0; flips--)
                body[_random.NextInt32(body.Length)] = (byte)_random.NextUInt32();
            _ = Link.TryParse(Sum(body), out _, out _);
        }
    }

    private Link Make(params string[] addresses)
    {
        using var keys = AccountKeys.Generate(_random, 1);
        var invite = Invite.Create(_random, 1, 1, null);
        return new Link(keys.Id, keys.Device.Transport.PublicKey, invite.Id, invite.Secret, 1_800_000_000, [.. addresses.Select(text =>
        {
            Assert.True(LinkAddress.TryParse(text, out var address));
            return address;
        })]);
    }

    private static byte[] Bytes(Link link) => Base64Url.DecodeFromChars(link.ToString().AsSpan(Link.Scheme.Length));

    private static string Sum(byte[] body)
    {
        var hash = new byte[16];
        Blake2b.Hash("kith-link-checksum"u8, body, hash);
        return Link.Scheme + Base64Url.EncodeToString([.. body, .. hash[..4]]);
    }

    private static void AssertSame(Link expected, Link actual)
    {
        Assert.Equal(Plain(expected), Plain(actual));
        Assert.Equal(expected.FindSeed.ToArray(), actual.FindSeed.ToArray());
        Assert.Equal(expected.FindSecret, actual.FindSecret);
        Assert.Equal(expected.InviteSecret.ToArray(), actual.InviteSecret.ToArray());
        Assert.Equal(expected.Addresses, actual.Addresses);
    }

    // Without what a record compares by reference, and cannot print.
    private static (object, object, object?, uint) Plain(Link link) => (link.Account, link.TransportKey, link.InviteId, link.ExpiresAt);
}
