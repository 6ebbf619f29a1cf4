using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Krpc;

/// <summary>The answer to any query: <c>r</c> (BEP 5, 32, 44). What was not asked for is there too when the node sent it, and does no harm.</summary>
internal ref struct KrpcAnswer
{
    public NodeId Id;

    /// <summary><c>nodes</c>: ids with compact IPv4 endpoints.</summary>
    public ReadOnlySpan<byte> Nodes;

    /// <summary><c>nodes6</c>: ids with compact IPv6 endpoints.</summary>
    public ReadOnlySpan<byte> Nodes6;
    public ItemFields Item;

    /// <summary><c>values</c>, an encoded list; empty where there is none.</summary>
    public ReadOnlySpan<byte> Peers;

    public static bool TryRead(ReadOnlySpan<byte> body, out KrpcAnswer answer)
    {
        KrpcAnswer read = default;
        var hasId = false;
        var fields = new KrpcFields(body);
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

        answer = read;
        return fields.IsSound && hasId && read.Nodes.Length % (NodeId.Size + Endpoint.CompactSize4) == 0
            && read.Nodes6.Length % (NodeId.Size + Endpoint.CompactSize6) == 0 && read.Item.Token.Length <= KrpcLimits.MaxToken;
    }

    /// <summary>Reads the next node of <see cref="Nodes"/> or <see cref="Nodes6"/> and cuts it off; false when there is none left.</summary>
    public static bool TryNextNode(ref ReadOnlySpan<byte> nodes, bool isIPv4, out KnownNode node)
    {
        var size = NodeId.Size + (isIPv4 ? Endpoint.CompactSize4 : Endpoint.CompactSize6);
        node = default;
        if (nodes.Length < size || !NodeId.TryRead(nodes[..NodeId.Size], out var id) || !Endpoint.TryReadCompact(nodes[NodeId.Size..size], out var endpoint))
            return false;
        node = new KnownNode(id, endpoint);
        nodes = nodes[size..];
        return true;
    }

    /// <summary>Reads the peers that are well formed, up to the limit.</summary>
    public readonly int ReadPeers(Span<Endpoint> destination)
    {
        var count = 0;
        var reader = new BencodeReader(Peers);
        if (!reader.TryReadList())
            return 0;
        while (count < destination.Length && reader.TryReadBytes(out var bytes))
        {
            if (Endpoint.TryReadCompact(bytes, out var peer) && peer.Port != 0)
                destination[count++] = peer;
        }

        return count;
    }

    private bool TryTake(ReadOnlySpan<byte> key, ref KrpcFields fields)
    {
        if (key.SequenceEqual("nodes"u8))
        {
            Nodes = fields.Bytes();
        }
        else if (key.SequenceEqual("nodes6"u8))
        {
            Nodes6 = fields.Bytes();
        }
        else if (key.SequenceEqual("values"u8))
        {
            Peers = fields.Encoded();
        }
        else
        {
            return Item.TryTake(key, ref fields);
        }

        return true;
    }
}
