namespace Kith.Wire.Dns;

/// <summary>
/// A DNS message (RFC 1035 section 4). In an update (RFC 2136 section 2) the sections are the zone, the prerequisites, the updates and additional data.
/// </summary>
public sealed record DnsMessage
{
    /// <summary>Bytes of the longest message: what the length before it over TCP can say (RFC 1035 section 4.2.2).</summary>
    public const int MaxSize = 65_535;

    /// <summary>Bytes of the longest message over UDP (RFC 1035 section 4.2.1; no EDNS is spoken here).</summary>
    public const int MaxUdpSize = 512;

    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 12;

    /// <summary>Records in one message; one with more is not read.</summary>
    public const int MaxRecords = 256;

    /// <summary>Which request this is or answers.</summary>
    public ushort Id { get; init; }

    /// <summary>Whether it is an answer.</summary>
    public bool IsResponse { get; init; }

    /// <summary>What it is for.</summary>
    public DnsOpcode Opcode { get; init; }

    /// <summary>Whether more did not fit in.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Whether the server shall ask others.</summary>
    public bool RecursionDesired { get; init; }

    /// <summary>What became of the request.</summary>
    public DnsRcode Rcode { get; init; }

    /// <summary>What is asked for, or the zone.</summary>
    public IReadOnlyList<DnsQuestion> Questions { get; init; } = [];

    /// <summary>Answers, or prerequisites.</summary>
    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];

    /// <summary>Who is in charge, or the updates.</summary>
    public IReadOnlyList<DnsRecord> Authorities { get; init; } = [];

    /// <summary>What helps.</summary>
    public IReadOnlyList<DnsRecord> Additionals { get; init; } = [];

    /// <summary>Where the last record begins in the message that this was read from: a signature stands there (RFC 8945 section 5.1). 0 when there is none.</summary>
    public int LastRecordOffset { get; init; }

    /// <summary>Reads a message; false when anything is wrong with it, or anything follows it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DnsMessage? message) => DnsReader.TryRead(bytes, out message);

    /// <summary>Writes the message, without compression.</summary>
    /// <exception cref="InvalidOperationException">It is longer than <see cref="MaxSize"/>.</exception>
    public byte[] ToBytes() => DnsWriter.Write(this);
}
