using Kith.Crypto;
using Kith.Forwarding.Sphinx;
using Kith.Transport;

namespace Kith.Forwarding.Meeting;

/// <summary>How a meeting point hands over what came for a handle: a datagram as long as any packet, 0x02 ‖ handle (16) ‖ payload ‖ random bytes (docs/protocol/paths.md, "Meeting points").</summary>
public static class MeetingDelivery
{
    /// <summary>The first byte.</summary>
    public const byte Version = 0x02;

    private const int PayloadAt = 1 + NodeHandle.Size;

    /// <summary>Makes one.</summary>
    public static byte[] Make(NodeHandle handle, ReadOnlySpan<byte> payload, IRandom random)
    {
        var datagram = random.NextBytes(SphinxFormat.PacketSize);
        datagram[0] = Version;
        handle.CopyTo(datagram.AsSpan(1));
        payload.CopyTo(datagram.AsSpan(PayloadAt));
        return datagram;
    }

    /// <summary>Reads one; false for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out NodeHandle handle, out byte[] payload)
    {
        (handle, payload) = (default, []);
        if (datagram.Length != SphinxFormat.PacketSize || datagram[0] != Version || !NodeHandle.TryRead(datagram.Slice(1, NodeHandle.Size), out handle))
            return false;
        payload = datagram.Slice(PayloadAt, SphinxFormat.PayloadSize).ToArray();
        return true;
    }
}
