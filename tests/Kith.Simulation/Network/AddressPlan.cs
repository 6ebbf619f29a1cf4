using Kith.Wire;

namespace Kith.Simulation.Network;

/// <summary>Gives addresses that nobody has: public ones scattered over the IPv4 unicast space as the world's are, so that most nodes share no prefix, and inner ones of 192.168.0.0/16.</summary>
public sealed class AddressPlan
{
    private const ushort FirstPort = 1024;
    private const uint PrivateBase = 0xC0A8_0000;

    private readonly HashSet<uint> _taken = [];
    private readonly SimulatedRandom _random;
    private uint _private;

    internal AddressPlan(ulong seed) => _random = new SimulatedRandom(seed);

    /// <summary>An address of its own, with a port.</summary>
    /// <param name="port">The port; null for any from 1024 on.</param>
    public Endpoint NextPublic(ushort? port = null)
    {
        uint address;
        do
            address = (uint)_random.Next();
        while (!IsPublic(address) || !_taken.Add(address));
        return Endpoint.FromIPv4(address, port ?? NextPort());
    }

    /// <summary>An address of its own inside a prefix: for attackers who have only some.</summary>
    /// <param name="prefix">The prefix, in the high bits.</param>
    /// <param name="bits">How many bits the prefix has.</param>
    public Endpoint NextWithin(uint prefix, int bits)
    {
        var hosts = uint.MaxValue >> bits;
        uint address;
        do
            address = (prefix & ~hosts) | ((uint)_random.Next() & hosts);
        while (!_taken.Add(address));
        return Endpoint.FromIPv4(address, NextPort());
    }

    /// <summary>An inner address.</summary>
    public Endpoint NextPrivate()
    {
        // Never .0 or .255.
        var number = _private++;
        return Endpoint.FromIPv4(PrivateBase | (((number / 254) & 0xFF) << 8) | ((number % 254) + 1), NextPort());
    }

    /// <summary>Any port that is nobody's by convention.</summary>
    public ushort NextPort() => (ushort)(FirstPort + _random.NextBelow(ushort.MaxValue - FirstPort + 1));

    /// <summary>Whether an IPv4 address can be a node's on the open internet (RFC 6890).</summary>
    private static bool IsPublic(uint address) => (address >> 24) switch
    {
        0 or 10 or 127 or >= 224 => false,
        100 => ((address >> 22) & 3) != 1,
        169 => (address >> 16) != 0xA9FE,
        172 => ((address >> 20) & 15) != 1,
        192 => (address >> 16) != 0xC0A8 && (address >> 8) is not (0xC00000 or 0xC00002 or 0xC05863),
        198 => (address >> 17) != 0xC612 >> 1 && (address >> 8) != 0xC63364,
        203 => (address >> 8) != 0xCB0071,
        _ => true,
    };
}
