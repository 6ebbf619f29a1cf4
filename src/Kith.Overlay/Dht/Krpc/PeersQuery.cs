using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Krpc;

/// <summary><c>get_peers</c> and <c>announce_peer</c> (BEP 5).</summary>
internal ref struct PeersQuery
{
    public NodeId Id;
    public NodeId InfoHash;
    public Families Want;
    public ReadOnlySpan<byte> Token;
    public ushort Port;
    public bool HasPort;
    public bool ImpliedPort;

    public static bool TryRead(ReadOnlySpan<byte> arguments, out PeersQuery query)
    {
        query = default;
        bool hasId = false, hasHash = false;
        var fields = new KrpcFields(arguments);
        while (fields.TryNext(out var key))
        {
            if (key.SequenceEqual("id"u8))
            {
                query.Id = fields.Id();
                hasId = true;
            }
            else if (key.SequenceEqual("info_hash"u8))
            {
                query.InfoHash = fields.Id();
                hasHash = true;
            }
            else if (key.SequenceEqual("want"u8))
            {
                query.Want = fields.Want();
            }
            else if (key.SequenceEqual("token"u8))
            {
                query.Token = fields.Bytes();
            }
            else if (key.SequenceEqual("port"u8))
            {
                query.Port = fields.Port();
                query.HasPort = true;
            }
            else if (key.SequenceEqual("implied_port"u8))
            {
                query.ImpliedPort = fields.Integer() != 0;
            }
            else
            {
                fields.Skip();
            }
        }

        return fields.IsSound && hasId && hasHash;
    }

    public static void WriteGet(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction, NodeId infoHash)
    {
        KrpcQuery.Begin(ref writer);
        writer.WriteEntry("id"u8, sender.IdBytes);
        KrpcQuery.WriteId(ref writer, "info_hash"u8, infoHash);
        KrpcQuery.End(ref writer, "get_peers"u8, sender, transaction);
    }

    /// <summary>Writes an announce; <paramref name="port"/> 0 is for the port that the datagram comes from.</summary>
    public static void WriteAnnounce(
        ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction, NodeId infoHash, ushort port, ReadOnlySpan<byte> token)
    {
        KrpcQuery.Begin(ref writer);
        writer.WriteEntry("id"u8, sender.IdBytes);
        writer.WriteEntry("implied_port"u8, port == 0 ? 1 : 0);
        KrpcQuery.WriteId(ref writer, "info_hash"u8, infoHash);
        // Some nodes refuse port 0 even beside implied_port.
        writer.WriteEntry("port"u8, port == 0 ? 1 : port);
        writer.WriteEntry("token"u8, token);
        KrpcQuery.End(ref writer, "announce_peer"u8, sender, transaction);
    }
}
