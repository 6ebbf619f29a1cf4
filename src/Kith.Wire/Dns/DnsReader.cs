using System.Buffers.Binary;

namespace Kith.Wire.Dns;

/// <summary>Reads messages. Nothing here throws on any input, and no message makes it allocate more than a small multiple of its own size.</summary>
internal static class DnsReader
{
    private const int ResponseBit = 0x8000;
    private const int TruncatedBit = 0x0200;
    private const int RecursionBit = 0x0100;
    private const int MaxQuestions = 4;
    private const int RecordFixedSize = 10;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out DnsMessage? message)
    {
        message = null;
        if (bytes.Length is < DnsMessage.HeaderSize or > DnsMessage.MaxSize)
            return false;
        var flags = At(bytes, 2);
        int questionCount = At(bytes, 4);
        if (questionCount > MaxQuestions || At(bytes, 6) + At(bytes, 8) + At(bytes, 10) > DnsMessage.MaxRecords)
            return false;
        var offset = DnsMessage.HeaderSize;
        var last = 0;
        if (!TryReadQuestions(bytes, questionCount, ref offset, out var questions)
            || !TryReadRecords(bytes, At(bytes, 6), ref offset, ref last, out var answers)
            || !TryReadRecords(bytes, At(bytes, 8), ref offset, ref last, out var authorities)
            || !TryReadRecords(bytes, At(bytes, 10), ref offset, ref last, out var additionals)
            || offset != bytes.Length)
            return false;
        message = new DnsMessage
        {
            Id = (ushort)At(bytes, 0),
            IsResponse = (flags & ResponseBit) != 0,
            Opcode = (DnsOpcode)((flags >> 11) & 0xF),
            IsTruncated = (flags & TruncatedBit) != 0,
            RecursionDesired = (flags & RecursionBit) != 0,
            Rcode = (DnsRcode)(flags & 0xF),
            Questions = questions,
            Answers = answers,
            Authorities = authorities,
            Additionals = additionals,
            LastRecordOffset = last,
        };
        return true;
    }

    private static int At(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]);

    private static bool TryReadQuestions(ReadOnlySpan<byte> bytes, int count, ref int offset, out DnsQuestion[] questions)
    {
        questions = new DnsQuestion[count];
        for (var i = 0; i < count; i++)
        {
            if (!DnsName.TryRead(bytes, ref offset, out var name) || bytes.Length - offset < 4)
                return false;
            questions[i] = new DnsQuestion(name, (DnsType)At(bytes, offset), (DnsClass)At(bytes, offset + 2));
            offset += 4;
        }

        return true;
    }

    private static bool TryReadRecords(ReadOnlySpan<byte> bytes, int count, ref int offset, ref int last, out DnsRecord[] records)
    {
        records = new DnsRecord[count];
        for (var i = 0; i < count; i++)
        {
            last = offset;
            if (!DnsName.TryRead(bytes, ref offset, out var name) || bytes.Length - offset < RecordFixedSize)
                return false;
            var type = (DnsType)At(bytes, offset);
            var size = At(bytes, offset + 8);
            var start = offset + RecordFixedSize;
            if (size > bytes.Length - start || !TryReadData(bytes[..(start + size)], type, start, out var data))
                return false;
            records[i] = new DnsRecord(name, type, (DnsClass)At(bytes, offset + 2), BinaryPrimitives.ReadUInt32BigEndian(bytes[(offset + 4)..]), data);
            offset = start + size;
        }

        return true;
    }

    /// <summary>The data with its names uncompressed, for the types that may compress them (RFC 3597 section 4) and are understood here.</summary>
    private static bool TryReadData(ReadOnlySpan<byte> upToEnd, DnsType type, int start, out byte[] data)
    {
        data = upToEnd[start..].ToArray();
        var (before, names) = type switch
        {
            DnsType.NS or DnsType.CName => (0, 1),
            DnsType.Soa => (0, 2),
            DnsType.Srv => (6, 1),
            _ => (0, 0),
        };

        // In an update, "delete" and "must be there" have no data (RFC 2136 sections 2.4 and 2.5).
        if (names == 0 || data.Length == 0)
            return true;
        if (data.Length < before)
            return false;
        var offset = start + before;
        var plain = new List<byte>(data.AsSpan(0, before).ToArray());
        for (var i = 0; i < names; i++)
        {
            if (!DnsName.TryRead(upToEnd, ref offset, out var name))
                return false;
            plain.AddRange(name.Wire);
        }

        plain.AddRange(upToEnd[offset..]);
        data = [.. plain];
        return type == DnsType.Soa || offset == upToEnd.Length;
    }
}
