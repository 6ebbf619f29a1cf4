using System.Buffers.Binary;
using System.Numerics;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Simulation.Dht;

/// <summary>The ids that BEP 42 leaves to an attacker who owns whole IPv4 prefixes and wants to stand close to a key. Written apart from the code under test.</summary>
internal static class AttackerIds
{
    private const uint Mask = 0x030F_3FFF;
    private const int Seeds = 8;
    private const uint BoundBits = 0xFFFF_F800;

    /// <summary>The ids closest to a key that the addresses of a /24 allow, closest first.</summary>
    public static IEnumerable<(uint Address, NodeId Id)> Closest(uint prefix, NodeId key, int count) =>
        Enumerable.Range(1, 254)
            .SelectMany(host => Enumerable.Range(0, Seeds).Select(seed => (Address: (prefix & 0xFFFF_FF00) | (uint)host, Seed: (byte)seed)))
            .Select(place => (place.Address, Id: IdFor(place.Address, place.Seed, key)))
            .OrderBy(found => found.Id ^ key)
            .Take(count);

    /// <summary>The id of an address and seed that is closest to a key: 21 bits are bound to the address, 3 to the seed, the others are free.</summary>
    public static NodeId IdFor(uint address, byte seed, NodeId key)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (address & Mask) | ((uint)seed << 29));
        var crc = uint.MaxValue;
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        crc = ~crc;
        Span<byte> id = stackalloc byte[NodeId.Size];
        key.CopyTo(id);
        BinaryPrimitives.WriteUInt32BigEndian(id, (BinaryPrimitives.ReadUInt32BigEndian(id) & ~BoundBits) | (crc & BoundBits));
        id[^1] = (byte)((id[^1] & ~7) | seed);
        _ = NodeId.TryRead(id, out var result);
        return result;
    }
}
