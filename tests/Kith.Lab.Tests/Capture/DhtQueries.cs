using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Kith.Lab.Tests.Capture;

/// <summary>What a node asks the DHT for (docs/protocol/dht.md), read off the wire.</summary>
internal static class DhtQueries
{
    private const int KeySize = 20;
    private const int RoomDepths = 6; // so few nodes are looked for in halves and quarters; a deeper key would be one box's
    private const long Day = 86_400_000;

    /// <summary>The queries of a machine, as method and key; <c>find_node</c> and <c>ping</c>, which name no key of anything, are left out.</summary>
    public static IEnumerable<(string Method, string Key)> Of(IEnumerable<CapturedPacket> packets, IPAddress machine)
    {
        foreach (var packet in packets.Where(packet => packet.IsOverlay && packet.From.Address.Equals(machine)))
        {
            var text = Encoding.Latin1.GetString(packet.Payload);
            foreach (var method in (string[])["get_peers", "announce_peer", "get", "put"])
            {
                if (text.Contains($"1:q{method.Length}:{method}", StringComparison.Ordinal))
                    yield return (method, KeyAfter(packet.Payload, method is "get_peers" or "announce_peer" ? "9:info_hash20:"u8 : "6:target20:"u8));
            }
        }
    }

    /// <summary>The keys that are the same for everybody, under which forwarders and holders are found (docs/protocol/paths.md, "Finding forwarders"; mailbox.md, "Who holds").</summary>
    public static IReadOnlySet<string> Common(DateTimeOffset now)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        var epoch = (int)(now.ToUnixTimeMilliseconds() / Day);
        for (var one = epoch - 1; one <= epoch + 1; one++)
        {
            for (var slot = 0; slot < 16; slot++)
                all.Add(Hash([.. "kith-forward-key-v1\0"u8, .. BigEndian((uint)one), (byte)slot]));
        }

        for (var depth = 0; depth <= RoomDepths; depth++)
        {
            for (var prefix = 0; prefix < 1 << depth; prefix++)
                all.Add(Hash([.. "kith-room-key-v1\0"u8, (byte)depth, .. BigEndian(depth == 0 ? 0 : (uint)prefix << (32 - depth))]));
        }

        return all;
    }

    private static string Hash(byte[] input) => Convert.ToHexString(SHA256.HashData(input).AsSpan(0, KeySize));

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static string KeyAfter(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> name)
    {
        var at = payload.IndexOf(name);
        return at < 0 || payload.Length < at + name.Length + KeySize ? "" : Convert.ToHexString(payload.Slice(at + name.Length, KeySize));
    }
}
