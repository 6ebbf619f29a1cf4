using System.Buffers.Binary;
using System.Numerics;
using Kith.Overlay.Dht;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Dht;

/// <summary>The ids that BEP 42 leaves to an attacker who owns whole IPv4 prefixes and wants to stand close to a key. Written apart from the code under test.</summary>
internal static class AttackerIds
{
    private const uint Mask = 0x030F_3FFF;
    private const int Seeds = 8;
    private const uint BoundBits = 0xFFFF_F800;
    private const int FreeLowBits = 11;

    // For each value of the 21 bound bits one address and seed that give it.
    private static readonly Lazy<(uint Address, byte Seed)[]> Places = new(FindPlaces);

    /// <summary>The ids closest to a key that the addresses of a /24 allow, closest first; their last bytes differ.</summary>
    public static IEnumerable<(uint Address, NodeId Id)> Closest(uint prefix, NodeId key, int count, SimulatedRandom random) =>
        Enumerable.Range(1, 254)
            .SelectMany(host => Enumerable.Range(0, Seeds).Select(seed => (Address: (prefix & 0xFFFF_FF00) | (uint)host, Seed: (byte)seed)))
            .Select(place => (place.Address, Id: IdFor(place.Address, place.Seed, key)))
            .OrderBy(found => found.Id ^ key)
            .Take(count)
            .Select(found => (found.Address, Scatter(found.Id, random)));

    /// <summary>An endpoint anywhere in the world that may have an id so close to a key that only its last bytes differ: who only names nodes need not own their addresses.</summary>
    public static KnownNode Invent(NodeId key, SimulatedRandom random)
    {
        Span<byte> bytes = stackalloc byte[NodeId.Size];
        key.CopyTo(bytes);
        var wanted = BinaryPrimitives.ReadUInt32BigEndian(bytes) >> FreeLowBits;
        // Some values have no address: their neighbours do.
        while (Places.Value[wanted] == default)
            wanted ^= 1u << random.NextBelow(3);
        var (address, seed) = Places.Value[wanted];
        uint free;
        do
            free = (address & Mask) | ((uint)random.Next() & ~Mask);
        while (Overlay.AddressScope.KindOf(Endpoint.FromIPv4(free, 1)) != Overlay.AddressKind.Global);
        return new KnownNode(Scatter(IdFor(free, seed, key), random), Endpoint.FromIPv4(free, (ushort)(1024 + random.NextBelow(60_000))));
    }

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

    // The bytes before the last one, which holds the seed.
    private static NodeId Scatter(NodeId id, SimulatedRandom random)
    {
        const int FreeBytes = 6;
        Span<byte> bytes = stackalloc byte[NodeId.Size];
        id.CopyTo(bytes);
        random.Fill(bytes[^(FreeBytes + 1)..^1]);
        _ = NodeId.TryRead(bytes, out var scattered);
        return scattered;
    }

    private static (uint Address, byte Seed)[] FindPlaces()
    {
        var places = new (uint Address, byte Seed)[1 << (32 - FreeLowBits)];
        Span<byte> bytes = stackalloc byte[NodeId.Size];
        for (uint masked = Mask; ; masked = (masked - 1) & Mask)
        {
            for (byte seed = 0; seed < Seeds; seed++)
            {
                IdFor(masked, seed, default).CopyTo(bytes);
                places[BinaryPrimitives.ReadUInt32BigEndian(bytes) >> FreeLowBits] = (masked, seed);
            }

            if (masked == 1)
                return places;
        }
    }
}
