using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Krpc;

/// <summary><c>ping</c> and <c>find_node</c> (BEP 5), with <c>want</c> (BEP 32).</summary>
internal ref struct NodeQuery
{
    public NodeId Id;
    public NodeId Target;
    public bool HasTarget;
    public Families Want;

    public static bool TryRead(ReadOnlySpan<byte> arguments, out NodeQuery query)
    {
        query = default;
        var hasId = false;
        var fields = new KrpcFields(arguments);
        while (fields.TryNext(out var key))
        {
            if (key.SequenceEqual("id"u8))
            {
                query.Id = fields.Id();
                hasId = true;
            }
            else if (key.SequenceEqual("target"u8))
            {
                query.Target = fields.Id();
                query.HasTarget = true;
            }
            else if (key.SequenceEqual("want"u8))
            {
                query.Want = fields.Want();
            }
            else
            {
                fields.Skip();
            }
        }

        return fields.IsSound && hasId;
    }

    public static void WritePing(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction)
    {
        KrpcQuery.Begin(ref writer);
        writer.WriteEntry("id"u8, sender.IdBytes);
        KrpcQuery.End(ref writer, "ping"u8, sender, transaction);
    }

    public static void WriteFindNode(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction, NodeId target, Families want)
    {
        KrpcQuery.Begin(ref writer);
        writer.WriteEntry("id"u8, sender.IdBytes);
        KrpcQuery.WriteId(ref writer, "target"u8, target);
        KrpcQuery.WriteWant(ref writer, want);
        KrpcQuery.End(ref writer, "find_node"u8, sender, transaction);
    }
}
