using System.Buffers.Binary;

namespace Kith.Wire.Dns;

/// <summary>Writes messages, without compression.</summary>
internal static class DnsWriter
{
    public static byte[] Write(DnsMessage message)
    {
        var bytes = new List<byte>(DnsMessage.MaxUdpSize);
        Add(bytes, message.Id);
        Add(bytes, (message.IsResponse ? 0x8000 : 0) | ((int)message.Opcode << 11) | (message.IsTruncated ? 0x0200 : 0) | (message.RecursionDesired ? 0x0100 : 0) | (int)message.Rcode);
        Add(bytes, message.Questions.Count);
        Add(bytes, message.Answers.Count);
        Add(bytes, message.Authorities.Count);
        Add(bytes, message.Additionals.Count);
        foreach (var question in message.Questions)
        {
            bytes.AddRange(question.Name.Wire);
            Add(bytes, (int)question.Type);
            Add(bytes, (int)question.Class);
        }

        foreach (var record in message.Answers.Concat(message.Authorities).Concat(message.Additionals))
            Add(bytes, record);
        return bytes.Count <= DnsMessage.MaxSize ? [.. bytes] : throw new InvalidOperationException($"a DNS message has at most {DnsMessage.MaxSize} bytes");
    }

    private static void Add(List<byte> bytes, DnsRecord record)
    {
        bytes.AddRange(record.Name.Wire);
        Add(bytes, (int)record.Type);
        Add(bytes, (int)record.Class);
        Span<byte> ttl = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(ttl, record.Ttl);
        bytes.AddRange(ttl);
        Add(bytes, record.Data.Length);
        bytes.AddRange(record.Data.Span);
    }

    private static void Add(List<byte> bytes, int value)
    {
        bytes.Add((byte)(value >> 8));
        bytes.Add((byte)value);
    }
}
