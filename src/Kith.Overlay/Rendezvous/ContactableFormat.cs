using System.Buffers.Binary;
using System.Text;

namespace Kith.Overlay.Rendezvous;

/// <summary>
/// The content of records and knocks in bytes (docs/protocol/rendezvous.md, "Content"): version, time, tagged fields, zeroes up to a fixed size. Fields of a tag that
/// is not known are passed over, so that relays and an onion address can follow.
/// </summary>
public static class ContactableFormat
{
    /// <summary>Most addresses (specification).</summary>
    public const int MaxAddresses = 16;

    /// <summary>Most bytes in an address: a host name of 253 bytes, brackets and a port (specification).</summary>
    public const int MaxAddressSize = 261;

    private const byte Version = 1;
    private const byte EndTag = 0;
    private const byte AddressTag = 1;
    private const int HeaderSize = 1 + sizeof(long);
    private const int FieldHeaderSize = 1 + sizeof(ushort);

    /// <summary>Fills <paramref name="destination"/>. Addresses that are none, or for which there is no room, are left out, the last first.</summary>
    public static void Write(Contactable content, long madeAt, Span<byte> destination)
    {
        destination.Clear();
        destination[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(destination[1..], madeAt);
        var at = HeaderSize;
        var count = 0;
        foreach (var address in content.Addresses)
        {
            if (!IsAddress(address) || at + FieldHeaderSize + address.Length > destination.Length)
                continue;
            destination[at] = AddressTag;
            BinaryPrimitives.WriteUInt16BigEndian(destination[(at + 1)..], (ushort)address.Length);
            at += FieldHeaderSize;
            at += Encoding.ASCII.GetBytes(address, destination[at..]);
            if (++count == MaxAddresses)
                break;
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote; false for another version, a negative time, a field that runs over the end, too many addresses, one that is none, and padding that is not zero.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Contactable content, out long madeAt)
    {
        content = null!;
        madeAt = 0;
        if (bytes.Length < HeaderSize || bytes[0] != Version)
            return false;
        madeAt = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        var addresses = new List<string>();
        var rest = bytes[HeaderSize..];
        while (!rest.IsEmpty && rest[0] != EndTag)
        {
            if (rest.Length < FieldHeaderSize)
                return false;
            var tag = rest[0];
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
            if (length > rest.Length - FieldHeaderSize)
                return false;
            var value = rest.Slice(FieldHeaderSize, length);
            rest = rest[(FieldHeaderSize + length)..];
            if (tag != AddressTag)
                continue;
            var address = Encoding.Latin1.GetString(value);
            if (!IsAddress(address) || addresses.Count == MaxAddresses)
                return false;
            addresses.Add(address);
        }

        if (madeAt < 0 || rest.ContainsAnyExcept((byte)0))
            return false;
        content = new Contactable(addresses);
        return true;
    }

    private static bool IsAddress(string text)
    {
        if (text.Length is 0 or > MaxAddressSize)
            return false;
        foreach (var c in text)
        {
            if (c is < '\x21' or > '\x7e')
                return false;
        }

        return true;
    }
}
