using System.Text;
using Kith.Overlay.Nat;
using Kith.Wire;

namespace Kith.Overlay.Tests.Nat;

public sealed class NatMessageTests
{
    [Fact]
    public void EveryField_IsReadAsItWasWritten()
    {
        Span<byte> buffer = stackalloc byte[NatLimits.MaxDatagram];
        var written = new NatMessage
        {
            Type = NatMessageType.Response,
            Nonce = "noncenon"u8,
            Alternate = 40_000,
            Ask = NatAsk.Third,
            Echo = "echoecho"u8,
            Port = 5_000,
            Token = "tokentok"u8,
            Seen = NatGround.At("203.0.113.7:5000"),
            Third = NatGround.At("192.0.2.9:6000"),
            To = NatGround.At("[2a00::1]:7000"),
        }.Write(buffer);
        Assert.Equal(
            "d3:alti40000e3:aski2e4:echo8:echoecho3:nati2e5:nonce8:noncenon4:porti5000e4:seen6:\u00CB\0q\u0007\u0013\u00885:third6:\u00C0\0\u0002\t\u0017p2:to18:*\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u0001\u001BX5:token8:tokentoke",
            Encoding.Latin1.GetString(written));
        Assert.True(NatMessage.TryRead(written, out var read));
        Assert.Equal((NatMessageType.Response, 40_000, NatAsk.Third, 5_000), (read.Type, (int)read.Alternate, read.Ask, (int)read.Port));
        Assert.Equal(("echoecho", "tokentok", "noncenon"), (Text(read.Echo), Text(read.Token), Text(read.Nonce)));
        Assert.Equal("203.0.113.7:5000 192.0.2.9:6000 [2a00::1]:7000", $"{read.Seen} {read.Third} {read.To}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("de")]
    [InlineData("d3:nati1ee")]
    [InlineData("d3:nati0e5:nonce8:noncenone")]
    [InlineData("d3:nati6e5:nonce8:noncenone")]
    [InlineData("d3:nat1:15:nonce8:noncenone")]
    [InlineData("d3:nati1e5:nonce7:noncenoe")]
    [InlineData("d3:nati1e5:nonce8:noncenon")]
    [InlineData("d3:nati1e5:nonce8:noncenonex")]
    [InlineData("d3:nati1e3:nati1e5:nonce8:noncenone")]
    [InlineData("d3:nati2e5:nonce8:noncenone")]
    [InlineData("d3:nati2e5:nonce8:noncenon4:seen5:abcdee")]
    [InlineData("d3:nati2e5:nonce8:noncenon4:seen6:abcd\0\0e")]
    [InlineData("d3:nati4e5:nonce8:noncenon2:to6:abcdefe")]
    [InlineData("d4:echo8:echoecho3:nati4e5:nonce8:noncenone")]
    [InlineData("d4:echo7:echoech3:nati1e5:nonce8:noncenone")]
    [InlineData("d3:alti0e3:nati1e5:nonce8:noncenone")]
    [InlineData("d3:alti65536e3:nati1e5:nonce8:noncenone")]
    [InlineData("d3:aski-1e3:nati1e5:nonce8:noncenone")]
    [InlineData("d3:nati1e5:nonce8:noncenon4:porti0ee")]
    [InlineData("d3:nati1e5:nonce8:noncenon5:token9:tokentokee")]
    [InlineData("d3:nati1e5:nonce8:noncenon1:zlllllllllllllllllleeeeeeeeeeeeeeeeeee")]
    public void WhatIsNoMessage_IsRefused(string datagram) => Assert.False(NatMessage.TryRead(Encoding.Latin1.GetBytes(datagram), out _));

    [Fact]
    public void LongOne_IsRefused() =>
        Assert.False(NatMessage.TryRead(Encoding.Latin1.GetBytes($"d3:nati1e5:nonce8:noncenon1:z140:{new string('x', 140)}e"), out _));

    [Fact]
    public void UnknownKeys_ArePassedOver() => Assert.True(NatMessage.TryRead("d3:nati1e5:nonce8:noncenon5:otherli1ee1:z0:e"u8, out _));

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
