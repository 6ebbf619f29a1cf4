using System.Buffers;
using Kith.Wire;

namespace Kith.Delivery.Routes.Frames;

/// <summary>Writes what <see cref="PeerFrameReader"/> reads.</summary>
internal static class PeerFrameWriter
{
    /// <summary>Writes one frame; returns its size.</summary>
    public static int Write(IBufferWriter<byte> destination, PeerFrameType type, ReadOnlySpan<byte> body)
    {
        var header = destination.GetSpan(2 * VarInt.MaxSize);
        var size = VarInt.Write(header, (ulong)type);
        size += VarInt.Write(header[size..], (ulong)body.Length);
        destination.Advance(size);
        destination.Write(body);
        return size + body.Length;
    }
}
