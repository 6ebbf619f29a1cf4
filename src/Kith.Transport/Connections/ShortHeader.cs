using System.Buffers.Binary;

namespace Kith.Transport.Connections;

/// <summary>
/// The header of a packet after the handshake (RFC 9000 section 17.3.1): 0b010RRKPP, the receiver's connection id, and the packet number in 1 to 4
/// bytes. R are zeroes, K the key phase, PP the number's size less one; these five bits and the number are hidden (RFC 9001 section 5.4).
/// </summary>
internal static class ShortHeader
{
    public const byte First = 0x40;

    public const byte Last = 0x5f;

    /// <summary>What header protection hides of the first byte.</summary>
    public const byte ProtectedBits = 0x1f;

    public const byte ReservedBits = 0x18;

    public const byte PhaseBit = 0x04;

    public const byte NumberSizeBits = 0x03;

    public const int NumberAt = 1 + ConnectionLimits.IdSize;

    public const int MaxNumberSize = 4;

    /// <summary>The sample begins where a number of four bytes would end (RFC 9001 section 5.4.2).</summary>
    public const int SampleAt = NumberAt + MaxNumberSize;

    /// <summary>The smallest packet: what the sample needs.</summary>
    public const int MinPacket = SampleAt + Crypto.ChaCha20HeaderMask.SampleSize;

    public static bool Is(byte first) => first is >= First and <= Last;

    public static ulong IdOf(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt64BigEndian(packet[1..]);

    /// <summary>How many bytes a number needs so that the other side finds it, knowing what was acknowledged (RFC 9000 section 17.1, appendix A.2).</summary>
    public static int NumberSize(long number, long largestAcknowledged)
    {
        var unacknowledged = number - largestAcknowledged;
        return unacknowledged switch
        {
            < 1L << 7 => 1,
            < 1L << 15 => 2,
            < 1L << 23 => 3,
            _ => MaxNumberSize,
        };
    }

    /// <summary>Writes the header unprotected; returns its size.</summary>
    public static int Write(Span<byte> destination, ulong id, bool phase, long number, int numberSize)
    {
        destination[0] = (byte)(First | (phase ? PhaseBit : 0) | (numberSize - 1));
        BinaryPrimitives.WriteUInt64BigEndian(destination[1..], id);
        for (var i = 0; i < numberSize; i++)
            destination[NumberAt + i] = (byte)(number >> (8 * (numberSize - 1 - i)));
        return NumberAt + numberSize;
    }

    /// <summary>The whole number from its last bytes and the largest one that came (RFC 9000 appendix A.3).</summary>
    public static long ExpandNumber(long largest, uint truncated, int numberSize)
    {
        var expected = largest + 1;
        var window = 1L << (8 * numberSize);
        var candidate = (expected & ~(window - 1)) | truncated;
        if (candidate <= expected - (window / 2) && candidate < (1L << 62) - window)
            return candidate + window;
        return candidate > expected + (window / 2) && candidate >= window ? candidate - window : candidate;
    }
}
