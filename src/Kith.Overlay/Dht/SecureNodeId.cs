using System.Buffers.Binary;
using System.Numerics;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>Node ids that follow from the node's address (BEP 42), so that nobody chooses the place on the DHT where its nodes stand.</summary>
internal static class SecureNodeId
{
    private const uint Mask4 = 0x030F_3FFF;
    private const ulong Mask6 = 0x0103_070F_1F3F_7FFF;

    // The first 21 bits follow from the address.
    private const uint Fixed = 0xFFFF_F800;

    /// <summary>An id for a node at an address.</summary>
    public static NodeId Draw(Endpoint address, IRandom random)
    {
        Span<byte> bytes = stackalloc byte[NodeId.Size];
        random.Fill(bytes);
        var prefix = Prefix(address, bytes[^1]) & Fixed;
        var free = BinaryPrimitives.ReadUInt32BigEndian(bytes) & ~Fixed;
        BinaryPrimitives.WriteUInt32BigEndian(bytes, prefix | free);
        _ = NodeId.TryRead(bytes, out var id);
        return id;
    }

    /// <summary>Any id, for a node whose address is not known or not held to the rule.</summary>
    public static NodeId Draw(IRandom random)
    {
        Span<byte> bytes = stackalloc byte[NodeId.Size];
        random.Fill(bytes);
        _ = NodeId.TryRead(bytes, out var id);
        return id;
    }

    /// <summary>Whether an id is one that a node at this address may have.</summary>
    public static bool IsFor(NodeId id, Endpoint address)
    {
        Span<byte> bytes = stackalloc byte[NodeId.Size];
        id.CopyTo(bytes);
        return ((BinaryPrimitives.ReadUInt32BigEndian(bytes) ^ Prefix(address, bytes[^1])) & Fixed) == 0;
    }

    // CRC-32C of the masked address with the last byte's three low bits in front.
    private static uint Prefix(Endpoint address, byte seed)
    {
        var r = seed & 7u;
        return address.IsIPv4
            ? ~BitOperations.Crc32C(uint.MaxValue, BinaryPrimitives.ReverseEndianness((address.IPv4 & Mask4) | (r << 29)))
            : ~BitOperations.Crc32C(uint.MaxValue, BinaryPrimitives.ReverseEndianness((address.High & Mask6) | ((ulong)r << 61)));
    }
}
