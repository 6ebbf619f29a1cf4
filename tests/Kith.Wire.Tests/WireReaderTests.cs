namespace Kith.Wire.Tests;

public sealed class WireReaderTests
{
    private const int FuzzRounds = 20_000;

    [Fact]
    public void WhatIsWritten_ReadsBack()
    {
        var account = AccountId.FromBytes(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
        var message = MessageId.FromBytes(Enumerable.Range(7, 16).Select(i => (byte)i).ToArray());
        using var writer = new WireWriter(1);
        writer.WriteByte(1);
        writer.WriteUInt16(0x0203);
        writer.WriteUInt32(0x04050607);
        writer.WriteUInt64(0x08090a0b0c0d0e0f);
        writer.WriteVarInt(16_384);
        writer.WriteLengthPrefixed([9, 8, 7]);
        writer.WriteAccountId(account);
        writer.WriteMessageId(message);

        var reader = new WireReader(writer.WrittenSpan);
        Assert.True(reader.TryReadByte(out var b));
        Assert.True(reader.TryReadUInt16(out var s));
        Assert.True(reader.TryReadUInt32(out var i));
        Assert.True(reader.TryReadUInt64(out var l));
        Assert.True(reader.TryReadVarInt(out var v));
        Assert.True(reader.TryReadLengthPrefixed(3, out var bytes));
        Assert.True(reader.TryReadAccountId(out var a));
        Assert.True(reader.TryReadMessageId(out var m));
        Assert.True(reader.IsAtEnd);
        Assert.Equal((1, 0x0203, 0x04050607U, 0x08090a0b0c0d0e0fUL, 16_384UL), (b, s, i, l, v));
        Assert.Equal([9, 8, 7], bytes.ToArray());
        Assert.Equal(account, a);
        Assert.Equal(message, m);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], writer.WrittenSpan[..7].ToArray());
    }

    [Fact]
    public void EachReadPastTheEnd_IsRefusedAndConsumesNothing()
    {
        var reader = new WireReader([]);
        Assert.False(reader.TryReadByte(out _));
        reader = new WireReader([1]);
        Assert.False(reader.TryReadUInt16(out _));
        Assert.False(reader.TryReadUInt32(out _));
        Assert.False(reader.TryReadUInt64(out _));
        Assert.False(reader.TryReadBytes(2, out _));
        Assert.False(reader.TryReadBytes(-1, out _));
        Assert.False(reader.TryReadLengthPrefixed(10, out _));
        Assert.False(reader.TryReadLengthPrefixed(-1, out _));
        Assert.False(reader.TryReadAccountId(out _));
        Assert.False(reader.TryReadMessageId(out _));
        Assert.Equal(0, reader.Consumed);
        Assert.True(reader.TryReadByte(out var value));
        Assert.Equal(1, value);
    }

    [Fact]
    public void LengthPrefixOverTheLimit_IsRefused()
    {
        var reader = new WireReader([3, 1, 2, 3]);
        Assert.False(reader.TryReadLengthPrefixed(2, out _));
        Assert.Equal(0, reader.Consumed);
        Assert.True(reader.TryReadLengthPrefixed(3, out _));
    }

    [Fact]
    public void LengthPrefixOf62Bits_IsRefused()
    {
        var reader = new WireReader([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
        Assert.False(reader.TryReadLengthPrefixed(int.MaxValue, out _));
        Assert.Equal(0, reader.Consumed);
    }

    [Fact]
    public void VarIntOverTheLimit_IsRefused()
    {
        var reader = new WireReader([0x40, 0x41]);
        Assert.False(reader.TryReadVarInt(64, out _));
        Assert.True(reader.TryReadVarInt(65, out var value));
        Assert.Equal(65UL, value);
    }

    [Fact]
    public void AnyBytes_NeverThrowAndNeverOverrun()
    {
        var random = new Random(20_260);
        var input = new byte[64];
        for (var round = 0; round < FuzzRounds; round++)
        {
            random.NextBytes(input);
            var reader = new WireReader(input.AsSpan(0, random.Next(input.Length + 1)));
            var ok = true;
            while (ok)
            {
                var before = reader.Consumed;
                ok = random.Next(7) switch
                {
                    0 => reader.TryReadByte(out _),
                    1 => reader.TryReadUInt16(out _),
                    2 => reader.TryReadUInt32(out _),
                    3 => reader.TryReadUInt64(out _),
                    4 => reader.TryReadVarInt(out _),
                    5 => reader.TryReadLengthPrefixed(random.Next(100), out _),
                    _ => reader.TryReadBytes(random.Next(1, 20), out _),
                };
                Assert.Equal(ok, reader.Consumed > before);
            }
        }
    }
}
