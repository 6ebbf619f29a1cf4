using System.Net;

namespace Kith.Lab.Tests.Capture;

/// <summary>
/// Which packets of a session can bear a packet between forwarders: those large enough. They are told apart by the session's own connection ids, which stand at the beginning of each (udp.md), as other sessions of the same two nodes
/// carry lists and drops and have all sizes.
/// </summary>
internal static class PacketSizes
{
    /// <summary>What every UDP datagram with a datagram of a session has (docs/protocol/udp.md).</summary>
    public const int Uniform = 1200;

    /// <summary>A forwarded packet: 1,152 bytes, its frame's 3, a header of at least 10 and a tag of 16.</summary>
    public const int LeastWithPacket = 1181;

    private const int IdSize = 8;

    /// <summary>How many of a direction have the one size, with no other after them. A side looks for the largest size that a path takes before its first datagram, and after it no more.</summary>
    public static int UniformFrom(IReadOnlyList<int> direction) => direction.Reverse().TakeWhile(static size => size == Uniform).Count();

    /// <summary>Of each session's direction out of a machine the sizes of what could bear a forwarded packet.</summary>
    public static IEnumerable<IReadOnlyList<int>> DirectionsOf(IEnumerable<CapturedPacket> packets, IPAddress machine) => packets
        .Where(packet => packet.IsShortHeader && packet.From.Address.Equals(machine) && !packet.To.Address.Equals(machine) && packet.Payload.Length >= LeastWithPacket)
        .GroupBy(packet => (packet.To, Id: BitConverter.ToUInt64(packet.Payload.AsSpan(1, IdSize))))
        .Select(static direction => (IReadOnlyList<int>)[.. direction.Select(static packet => packet.Payload.Length)]);
}
