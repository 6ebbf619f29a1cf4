using System.Net;
using Kith.Wire.Dns;

namespace Kith.Wire.Tests.Dns;

public sealed class DnsMessageTests
{
    // A, SRV and SOA with compressed names: _kith._udp.e.test SRV 0 0 4711 a.e.test, with an address and the zone beside.
    private const string Compressed =
        "123485800001000100010001055F6B697468045F756470016504746573740000210001C00C002100010000003C000A000000"
        + "0012670161C017C019000600010000003C001D026E73C0190178C0190000000000000000000000000000000000000000C035"
        + "000100010000003C00047F000009";

    [Fact]
    public void Message_WithCompressedNames_IsReadAndComesBackWithout()
    {
        Assert.True(DnsMessage.TryRead(Convert.FromHexString(Compressed), out var message));
        Check(message!);
        Assert.True(DnsMessage.TryRead(message!.ToBytes(), out var again));
        Check(again!);
    }

    [Fact]
    public void CutAnywhere_IsRefused()
    {
        var bytes = Convert.FromHexString(Compressed);
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(DnsMessage.TryRead(bytes.AsSpan(0, length), out _));
        Assert.False(DnsMessage.TryRead([.. bytes, 0], out _));
    }

    [Fact]
    public void TooManyRecords_AreRefused()
    {
        var record = new DnsRecord(DnsName.Root, DnsType.A, DnsClass.In, 0, new byte[4]);
        var most = new DnsMessage { Answers = [.. Enumerable.Repeat(record, DnsMessage.MaxRecords)] };
        Assert.True(DnsMessage.TryRead(most.ToBytes(), out _));
        var more = most with { Additionals = [record] };
        Assert.False(DnsMessage.TryRead(more.ToBytes(), out _));
        Assert.False(DnsMessage.TryRead(new DnsMessage { Questions = [.. Enumerable.Repeat(new DnsQuestion(DnsName.Root, DnsType.A, DnsClass.In), 5)] }.ToBytes(), out _));
    }

    [Fact]
    public void FlagsAndCodes_ComeBack()
    {
        var message = new DnsMessage { Id = 0xFFFE, IsResponse = true, IsTruncated = true, RecursionDesired = true, Opcode = DnsOpcode.Update, Rcode = DnsRcode.NotAuth };
        Assert.True(DnsMessage.TryRead(message.ToBytes(), out var again));
        Assert.Equal((0xFFFE, true, true, true, DnsOpcode.Update, DnsRcode.NotAuth), (again!.Id, again.IsResponse, again.IsTruncated, again.RecursionDesired, again.Opcode, again.Rcode));
    }

    [Theory]
    [InlineData(DnsType.A, 3)]
    [InlineData(DnsType.A, 16)]
    [InlineData(DnsType.Aaaa, 4)]
    [InlineData(DnsType.Aaaa, 17)]
    [InlineData(DnsType.Srv, 4)]
    public void AddressOfAnotherSize_IsNone(DnsType type, int size) =>
        Assert.False(new DnsRecord(DnsName.Root, type, DnsClass.In, 0, new byte[size]).TryReadAddress(out _));

    [Theory]
    [InlineData("000000001267")]
    [InlineData("0000000012670000")]
    [InlineData("0000")]
    public void HostileSrv_IsRefused(string hex) =>
        Assert.False(new DnsRecord(DnsName.Root, DnsType.Srv, DnsClass.In, 0, Convert.FromHexString(hex)).TryReadSrv(out _, out _));

    private static void Check(DnsMessage message)
    {
        Assert.True(message is { Id: 0x1234, IsResponse: true, Rcode: DnsRcode.NoError, IsTruncated: false });
        Assert.True(message.Answers.Single().TryReadSrv(out var port, out var target));
        Assert.Equal((4711, "a.e.test"), (port, target.ToString()));
        Assert.Equal("test", message.Authorities.Single().Name.ToString());
        Assert.True(message.Authorities.Single().TryReadName(out var primary));
        Assert.Equal("ns.test", primary.ToString());
        Assert.True(message.Additionals.Single().TryReadAddress(out var address));
        Assert.Equal(IPAddress.Parse("127.0.0.9"), address);
        Assert.Equal(target, message.Additionals.Single().Name);
    }
}
