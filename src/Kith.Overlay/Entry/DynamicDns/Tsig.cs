using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Wire.Dns;

namespace Kith.Overlay.Entry.DynamicDns;

/// <summary>Signs DNS messages and checks signed answers (RFC 8945) with HMAC-SHA256, whose whole tag is asked for.</summary>
internal static class Tsig
{
    /// <summary>Seconds that the two clocks may be apart (RFC 8945 section 10 recommends it).</summary>
    public const ushort Fudge = 300;

    private const int MacSize = HmacSha256.HashSize;
    private const int TimeSize = 6;
    private const int AdditionalCountOffset = 10;

    private static readonly DnsName Algorithm = DnsName.TryParse("hmac-sha256", out var name) ? name : throw new InvalidOperationException();

    /// <summary>Adds the signature to a message (RFC 8945 section 5.1).</summary>
    /// <param name="message">The whole message, unsigned.</param>
    /// <param name="key">The key.</param>
    /// <param name="unixSeconds">Now.</param>
    /// <param name="mac">The tag, which the answer's signature covers.</param>
    public static byte[] Sign(ReadOnlySpan<byte> message, TsigKey key, long unixSeconds, out byte[] mac)
    {
        mac = new byte[MacSize];
        var variables = new Variables(key.DnsName, unixSeconds, Fudge, 0, default);
        HmacSha256.Hash(key.Secret, [.. message, .. variables.ToDigest()], mac);
        return Append(message, key.DnsName, variables, mac);
    }

    /// <summary>Checks an answer's signature (RFC 8945 section 5.3).</summary>
    /// <param name="answer">The whole message.</param>
    /// <param name="parsed">The same, read.</param>
    /// <param name="key">The key that signed the request.</param>
    /// <param name="requestMac">The request's tag.</param>
    /// <param name="unixSeconds">Now.</param>
    public static TsigVerdict Check(ReadOnlySpan<byte> answer, DnsMessage parsed, TsigKey key, ReadOnlySpan<byte> requestMac, long unixSeconds)
    {
        // Section 5.2: it is the last record of the additional section and the only one of its kind.
        if (parsed.Additionals is not [.., { Type: DnsType.Tsig, Class: DnsClass.Any, Ttl: 0 } record]
            || parsed.Answers.Concat(parsed.Authorities).Concat(parsed.Additionals).Count(other => other.Type == DnsType.Tsig) != 1
            || !TryReadData(record.Data.Span, out var data))
            return new TsigVerdict(IsValid: false, DnsRcode.NoError, null);
        var error = (DnsRcode)data.Error;
        DateTimeOffset? serverTime = error == DnsRcode.BadTime && data.Other.Length == TimeSize && ReadTime(data.Other) is var seconds and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
        var unbelieved = new TsigVerdict(IsValid: false, error, serverTime);
        // Section 5.3.2: BADKEY and BADSIG come unsigned. Tags cut short (section 5.2.2.1) are not taken.
        if (!record.Name.Equals(key.DnsName) || !data.Algorithm.Equals(Algorithm) || data.Mac.Length != MacSize)
            return unbelieved;
        var unsigned = answer[..parsed.LastRecordOffset].ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(unsigned, data.OriginalId);
        BinaryPrimitives.WriteUInt16BigEndian(unsigned.AsSpan(AdditionalCountOffset), (ushort)(parsed.Additionals.Count - 1));
        Span<byte> macSize = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(macSize, (ushort)requestMac.Length);
        var variables = new Variables(record.Name, data.Time, data.Fudge, data.Error, data.Other.ToArray());
        // Section 5.3.1: the request's tag, the message, the variables.
        if (!HmacSha256.Verify(key.Secret, [.. macSize, .. requestMac, .. unsigned, .. variables.ToDigest()], data.Mac))
            return unbelieved;
        // Section 5.2.3; a BADTIME answer repeats our own time.
        return Math.Abs(unixSeconds - data.Time) > Math.Max(data.Fudge, Fudge)
            ? unbelieved
            : new TsigVerdict(IsValid: true, error, serverTime);
    }

    private static byte[] Append(ReadOnlySpan<byte> message, DnsName key, Variables variables, ReadOnlySpan<byte> mac)
    {
        var bytes = new List<byte>(message.Length + 128);
        bytes.AddRange(message);
        bytes.AddRange(key.Wire);
        AddUInt16(bytes, (ushort)DnsType.Tsig);
        AddUInt16(bytes, (ushort)DnsClass.Any);
        bytes.AddRange([0, 0, 0, 0]);
        AddUInt16(bytes, (ushort)(Algorithm.Wire.Length + TimeSize + 2 + 2 + mac.Length + 2 + 2 + 2));
        bytes.AddRange(Algorithm.Wire);
        AddTime(bytes, variables.Time);
        AddUInt16(bytes, variables.Fudge);
        AddUInt16(bytes, (ushort)mac.Length);
        bytes.AddRange(mac);
        bytes.AddRange(message[..2]);
        AddUInt16(bytes, 0);
        AddUInt16(bytes, 0);
        var result = bytes.ToArray();
        var count = BinaryPrimitives.ReadUInt16BigEndian(message[AdditionalCountOffset..]);
        BinaryPrimitives.WriteUInt16BigEndian(result.AsSpan(AdditionalCountOffset), (ushort)(count + 1));
        return result;
    }

    private static void AddUInt16(List<byte> bytes, ushort value) => bytes.AddRange([(byte)(value >> 8), (byte)value]);

    private static void AddTime(List<byte> bytes, long seconds)
    {
        for (var shift = 40; shift >= 0; shift -= 8)
            bytes.Add((byte)(seconds >> shift));
    }

    private static long ReadTime(ReadOnlySpan<byte> bytes) => ((long)BinaryPrimitives.ReadUInt16BigEndian(bytes) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]);

    /// <summary>Section 4.2.</summary>
    private static bool TryReadData(ReadOnlySpan<byte> bytes, out Data data)
    {
        data = default;
        var at = 0;
        if (!DnsName.TryRead(bytes, ref at, out var algorithm) || bytes.Length - at < TimeSize + 4)
            return false;
        var time = ReadTime(bytes[at..]);
        var fudge = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + TimeSize)..]);
        int macSize = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + TimeSize + 2)..]);
        at += TimeSize + 4;
        if (bytes.Length - at < macSize + 6)
            return false;
        var mac = bytes.Slice(at, macSize);
        at += macSize;
        var originalId = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        var error = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        int otherSize = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 4)..]);
        at += 6;
        if (bytes.Length - at != otherSize)
            return false;
        data = new Data(algorithm, time, fudge, mac, originalId, error, bytes[at..]);
        return true;
    }

    private readonly ref struct Data(DnsName algorithm, long time, ushort fudge, ReadOnlySpan<byte> mac, ushort originalId, ushort error, ReadOnlySpan<byte> other)
    {
        public DnsName Algorithm { get; } = algorithm;

        public long Time { get; } = time;

        public ushort Fudge { get; } = fudge;

        public ReadOnlySpan<byte> Mac { get; } = mac;

        public ushort OriginalId { get; } = originalId;

        public ushort Error { get; } = error;

        public ReadOnlySpan<byte> Other { get; } = other;
    }

    /// <summary>What is signed besides the message (section 4.3.3).</summary>
    private sealed record Variables(DnsName Key, long Time, ushort Fudge, ushort Error, ReadOnlyMemory<byte> Other)
    {
        public byte[] ToDigest()
        {
            var bytes = new List<byte>();
            bytes.AddRange(Key.Wire);
            AddUInt16(bytes, (ushort)DnsClass.Any);
            bytes.AddRange([0, 0, 0, 0]);
            bytes.AddRange(Algorithm.Wire);
            AddTime(bytes, Time);
            AddUInt16(bytes, Fudge);
            AddUInt16(bytes, Error);
            AddUInt16(bytes, (ushort)Other.Length);
            bytes.AddRange(Other.Span);
            return [.. bytes];
        }
    }
}

/// <summary>What an answer's signature says.</summary>
/// <param name="IsValid">Whether the server that has the key made it, for this request, now.</param>
/// <param name="Error">What the server held against our signature; unproven unless <paramref name="IsValid"/>.</param>
/// <param name="ServerTime">The server's clock, when it says that ours is off.</param>
internal readonly record struct TsigVerdict(bool IsValid, DnsRcode Error, DateTimeOffset? ServerTime);
