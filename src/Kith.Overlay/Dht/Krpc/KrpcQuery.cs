using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Krpc;

/// <summary>What every query begins and ends with (BEP 5). Keys are written in ascending order.</summary>
internal static class KrpcQuery
{
    public static void Begin(ref BencodeWriter writer)
    {
        writer.BeginDictionary();
        writer.WriteBytes("a"u8);
        writer.BeginDictionary();
    }

    public static void End(ref BencodeWriter writer, ReadOnlySpan<byte> method, in KrpcSender sender, ReadOnlySpan<byte> transaction)
    {
        writer.End();
        writer.WriteEntry("q"u8, method);
        if (sender.IsReadOnly)
            writer.WriteEntry("ro"u8, 1);
        writer.WriteEntry("t"u8, transaction);
        writer.WriteEntry("v"u8, KrpcSender.Version);
        writer.WriteEntry("y"u8, "q"u8);
        writer.End();
    }

    public static void WriteId(ref BencodeWriter writer, ReadOnlySpan<byte> key, NodeId id)
    {
        Span<byte> bytes = stackalloc byte[NodeId.Size];
        id.CopyTo(bytes);
        writer.WriteEntry(key, bytes);
    }

    /// <summary><c>want</c>, where it says more than the family of the datagram does already.</summary>
    public static void WriteWant(ref BencodeWriter writer, Families want)
    {
        if (want == Families.None)
            return;
        writer.WriteBytes("want"u8);
        writer.BeginList();
        if (want.HasFlag(Families.IPv4))
            writer.WriteBytes("n4"u8);
        if (want.HasFlag(Families.IPv6))
            writer.WriteBytes("n6"u8);
        writer.End();
    }
}
