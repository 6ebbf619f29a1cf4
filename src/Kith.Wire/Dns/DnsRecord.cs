using System.Buffers.Binary;
using System.Net;

namespace Kith.Wire.Dns;

/// <summary>What is asked for; in an update, the zone (RFC 2136 section 2.3).</summary>
public sealed record DnsQuestion(DnsName Name, DnsType Type, DnsClass Class);

/// <summary>A resource record (RFC 1035 section 3.2.1).</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Type">What it says.</param>
/// <param name="Class">Mostly <see cref="DnsClass.In"/>; in an update what to do.</param>
/// <param name="Ttl">Seconds.</param>
/// <param name="Data">Its data, with the names in it uncompressed.</param>
public sealed record DnsRecord(DnsName Name, DnsType Type, DnsClass Class, uint Ttl, ReadOnlyMemory<byte> Data)
{
    private const int SrvFixedSize = 6;

    /// <summary>An A or AAAA record.</summary>
    public static DnsRecord Address(DnsName name, uint ttl, Endpoint address)
    {
        var data = address.ToAddress().GetAddressBytes();
        return new DnsRecord(name, address.IsIPv4 ? DnsType.A : DnsType.Aaaa, DnsClass.In, ttl, data);
    }

    /// <summary>An SRV record (RFC 2782).</summary>
    public static DnsRecord Srv(DnsName name, uint ttl, ushort priority, ushort weight, ushort port, DnsName target)
    {
        var data = new byte[SrvFixedSize + target.Wire.Length];
        BinaryPrimitives.WriteUInt16BigEndian(data, priority);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2), weight);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), port);
        target.Wire.CopyTo(data.AsSpan(SrvFixedSize));
        return new DnsRecord(name, DnsType.Srv, DnsClass.In, ttl, data);
    }

    /// <summary>Reads an A (RFC 1035 section 3.4.1) or AAAA record (RFC 3596 section 2.2).</summary>
    public bool TryReadAddress(out IPAddress address)
    {
        address = IPAddress.None;
        if (!(Type == DnsType.A && Data.Length == 4) && !(Type == DnsType.Aaaa && Data.Length == 16))
            return false;
        address = new IPAddress(Data.Span);
        return true;
    }

    /// <summary>Reads an SRV record (RFC 2782).</summary>
    public bool TryReadSrv(out ushort port, out DnsName target)
    {
        port = 0;
        target = DnsName.Root;
        var offset = SrvFixedSize;
        if (Type != DnsType.Srv || Data.Length < SrvFixedSize || !DnsName.TryRead(Data.Span, ref offset, out target) || offset != Data.Length)
            return false;
        port = BinaryPrimitives.ReadUInt16BigEndian(Data.Span[4..]);
        return true;
    }

    /// <summary>Reads the one name of a CNAME or NS record, or the first of an SOA record: the zone's primary server (RFC 1035 section 3.3).</summary>
    public bool TryReadName(out DnsName name)
    {
        name = DnsName.Root;
        var offset = 0;
        return Type is DnsType.CName or DnsType.NS or DnsType.Soa && DnsName.TryRead(Data.Span, ref offset, out name);
    }
}
