using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Krpc;

/// <summary><c>get</c> and <c>put</c> (BEP 44).</summary>
internal ref struct ItemQuery
{
    public NodeId Id;
    public NodeId Target;
    public bool HasTarget;
    public Families Want;
    public ItemFields Item;
    public ReadOnlySpan<byte> Salt;
    public long Cas;
    public bool HasCas;

    public static bool TryRead(ReadOnlySpan<byte> arguments, out ItemQuery query)
    {
        ItemQuery read = default;
        var hasId = false;
        var fields = new KrpcFields(arguments);
        while (fields.TryNext(out var key))
        {
            if (key.SequenceEqual("id"u8))
            {
                read.Id = fields.Id();
                hasId = true;
            }
            else if (!read.TryTake(key, ref fields))
            {
                fields.Skip();
            }
        }

        query = read;
        return fields.IsSound && hasId;
    }

    public static void WriteGet(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction, NodeId target, long? newerThan)
    {
        KrpcQuery.Begin(ref writer);
        writer.WriteEntry("id"u8, sender.IdBytes);
        if (newerThan is { } sequence)
            writer.WriteEntry("seq"u8, sequence);
        KrpcQuery.WriteId(ref writer, "target"u8, target);
        KrpcQuery.End(ref writer, "get"u8, sender, transaction);
    }

    public static void WritePut(ref BencodeWriter writer, in KrpcSender sender, ReadOnlySpan<byte> transaction, DhtItem item, long? cas, ReadOnlySpan<byte> token)
    {
        KrpcQuery.Begin(ref writer);
        if (item.Key is not null && cas is { } expected)
            writer.WriteEntry("cas"u8, expected);
        writer.WriteEntry("id"u8, sender.IdBytes);
        if (item.Key is { } key)
        {
            Span<byte> bytes = stackalloc byte[Crypto.Ed25519PublicKey.Size];
            key.CopyTo(bytes);
            writer.WriteEntry("k"u8, bytes);
            if (!item.Salt.IsEmpty)
                writer.WriteEntry("salt"u8, item.Salt);
            writer.WriteEntry("seq"u8, item.Sequence);
            writer.WriteEntry("sig"u8, item.Signature);
        }

        writer.WriteEntry("token"u8, token);
        writer.WriteBytes("v"u8);
        writer.WriteRaw(item.Value);
        KrpcQuery.End(ref writer, "put"u8, sender, transaction);
    }

    private bool TryTake(ReadOnlySpan<byte> key, ref KrpcFields fields)
    {
        if (key.SequenceEqual("target"u8))
        {
            Target = fields.Id();
            HasTarget = true;
        }
        else if (key.SequenceEqual("salt"u8))
        {
            Salt = fields.Bytes();
        }
        else if (key.SequenceEqual("cas"u8))
        {
            Cas = fields.Integer();
            HasCas = true;
        }
        else if (key.SequenceEqual("want"u8))
        {
            Want = fields.Want();
        }
        else
        {
            return Item.TryTake(key, ref fields);
        }

        return true;
    }
}
