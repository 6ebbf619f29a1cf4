using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Kith.Overlay.Dht;

/// <summary>A node's id or a key of the DHT: 160 bits held by value, ordered as an unsigned big-endian number (BEP 5).</summary>
[StructLayout(LayoutKind.Sequential, Pack = sizeof(uint))]
public readonly record struct NodeId : IComparable<NodeId>
{
    /// <summary>Bytes of an id.</summary>
    public const int Size = 20;

    /// <summary>Bits of an id.</summary>
    public const int Bits = Size * 8;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly uint _c;

    /// <summary>The first 64 bits: of a distance, enough to tell how much of all ids it spans.</summary>
    internal ulong High => _a;

    private NodeId(ulong a, ulong b, uint c) => (_a, _b, _c) = (a, b, c);

    /// <summary>The XOR distance between two ids, itself ordered like an id.</summary>
    public static NodeId operator ^(NodeId left, NodeId right) => new(left._a ^ right._a, left._b ^ right._b, left._c ^ right._c);

    /// <summary>Orders two ids.</summary>
    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;

    /// <summary>Orders two ids.</summary>
    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;

    /// <summary>Orders two ids.</summary>
    public static bool operator <=(NodeId left, NodeId right) => left.CompareTo(right) <= 0;

    /// <summary>Orders two ids.</summary>
    public static bool operator >=(NodeId left, NodeId right) => left.CompareTo(right) >= 0;

    /// <summary>Reads <see cref="Size"/> bytes; false for any other length.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out NodeId id)
    {
        id = default;
        if (bytes.Length != Size)
            return false;
        id = new NodeId(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));
        return true;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _c);
    }

    /// <summary>How many leading bits both share: the index of the k-bucket; <see cref="Bits"/> for the same id.</summary>
    public int SharedBits(NodeId other)
    {
        var distance = this ^ other;
        if (distance._a != 0)
            return BitOperations.LeadingZeroCount(distance._a);
        return distance._b != 0 ? 64 + BitOperations.LeadingZeroCount(distance._b) : 128 + BitOperations.LeadingZeroCount(distance._c);
    }

    /// <summary>Whether this id is closer to a target than another is.</summary>
    public bool IsCloser(NodeId target, NodeId other) => (this ^ target).CompareTo(other ^ target) < 0;

    /// <inheritdoc/>
    public int CompareTo(NodeId other)
    {
        var order = _a.CompareTo(other._a);
        if (order == 0)
            order = _b.CompareTo(other._b);
        return order == 0 ? _c.CompareTo(other._c) : order;
    }

    /// <summary>Hexadecimal, lower case.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
