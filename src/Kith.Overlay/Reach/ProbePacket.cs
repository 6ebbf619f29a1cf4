using System.Buffers.Binary;
using Kith.Crypto;

namespace Kith.Overlay.Reach;

/// <summary>
/// What is sent to open a hole and to see whether one is open: 28 bytes that begin with 0x21. The tag is under a key that only the two sides of one call have, and covers the role, so that
/// nobody else can make one and an own one that comes back is not taken for the other's.
/// </summary>
/// <param name="Call">Which call.</param>
/// <param name="IsCaller">Whether the caller sends it.</param>
/// <param name="IsHeard">Whether it says that one of the other side's has arrived.</param>
/// <param name="Number">Of the probe.</param>
internal readonly record struct ProbePacket(ulong Call, bool IsCaller, bool IsHeard, ushort Number)
{
    /// <summary>The first byte of each.</summary>
    public const byte First = 0x21;

    /// <summary>Bytes of each (specification).</summary>
    public const int Size = HeaderSize + TagSize;

    /// <summary>Bytes of the key.</summary>
    public const int KeySize = 32;

    private const int HeaderSize = 12;
    private const int TagSize = 16;

    private static ReadOnlySpan<byte> KeyLabel => "kith-punch-v1\0"u8;

    /// <summary>The key of a call's probes.</summary>
    public static byte[] DeriveKey(ReadOnlySpan<byte> callerSecret, ReadOnlySpan<byte> calledSecret)
    {
        Span<byte> secret = stackalloc byte[2 * CallContent.SecretSize];
        callerSecret.CopyTo(secret);
        calledSecret.CopyTo(secret[CallContent.SecretSize..]);
        var key = new byte[KeySize];
        Hkdf.DeriveKey(secret, [], KeyLabel, key);
        return key;
    }

    /// <summary>Which call a datagram says that it is of; false when it cannot be a probe.</summary>
    public static bool TryReadCall(ReadOnlySpan<byte> datagram, out ulong call)
    {
        call = 0;
        if (datagram.Length != Size || datagram[0] != First || datagram[1] > 3)
            return false;
        call = BinaryPrimitives.ReadUInt64BigEndian(datagram[2..]);
        return true;
    }

    /// <summary>Reads a probe; false when it is none, or not under this key.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> key, out ProbePacket probe)
    {
        probe = default;
        if (!TryReadCall(datagram, out var call) || !HmacSha256.Verify(key, datagram[..HeaderSize], datagram[HeaderSize..]))
            return false;
        probe = new ProbePacket(call, (datagram[1] & 1) != 0, (datagram[1] & 2) != 0, BinaryPrimitives.ReadUInt16BigEndian(datagram[10..]));
        return true;
    }

    /// <summary>Writes it, <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> datagram, ReadOnlySpan<byte> key)
    {
        datagram[0] = First;
        datagram[1] = (byte)((IsCaller ? 1 : 0) | (IsHeard ? 2 : 0));
        BinaryPrimitives.WriteUInt64BigEndian(datagram[2..], Call);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[10..], Number);
        Span<byte> tag = stackalloc byte[HmacSha256.HashSize];
        HmacSha256.Hash(key, datagram[..HeaderSize], tag);
        tag[..TagSize].CopyTo(datagram[HeaderSize..]);
    }
}
