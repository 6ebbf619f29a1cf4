using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Krpc;

/// <summary>An answer being made: everything that one may hold, written in the order of its keys.</summary>
internal ref struct KrpcReply
{
    /// <summary>Who asked: <c>ip</c> tells it how we see it (BEP 42).</summary>
    public Endpoint Asker;
    public ReadOnlySpan<byte> Transaction;
    public ReadOnlySpan<byte> Token;

    /// <summary>Closest first, so that what is left out for lack of room is the farthest.</summary>
    public ReadOnlySpan<KnownNode> Nodes;
    public ReadOnlySpan<KnownNode> Nodes6;
    public bool WithNodes;
    public bool WithNodes6;
    public DhtItem? Item;

    /// <summary>Only the item's sequence number: the asker has the rest (BEP 44, <c>seq</c> of a get).</summary>
    public bool OnlySequence;
    public ReadOnlySpan<Endpoint> Peers;

    /// <summary>Whether nodes or peers were left out for lack of room.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Writes it into at most <paramref name="limit"/> bytes, with fewer nodes and peers where that is too few; false when even without any it does not fit.</summary>
    public bool TryWrite(scoped Span<byte> destination, in KrpcSender sender, int limit, out int length)
    {
        limit = Math.Min(limit, destination.Length);
        while (true)
        {
            var writer = new BencodeWriter(destination);
            Write(ref writer, sender);
            length = writer.Length;
            if (!writer.Overflowed && length <= limit)
                return true;
            if (!TryShrink(writer.Overflowed ? 1 : length - limit))
                return false;
        }
    }

    public static void WriteIp(ref BencodeWriter writer, Endpoint asker)
    {
        Span<byte> compact = stackalloc byte[Endpoint.CompactSize6];
        writer.WriteEntry("ip"u8, compact[..asker.WriteCompact(compact)]);
    }

    private bool TryShrink(int excess)
    {
        if (!Peers.IsEmpty)
            Peers = Less(Peers, excess, Endpoint.CompactSize4);
        else if (!Nodes6.IsEmpty)
            Nodes6 = Less(Nodes6, excess, NodeId.Size + Endpoint.CompactSize6);
        else if (!Nodes.IsEmpty)
            Nodes = Less(Nodes, excess, NodeId.Size + Endpoint.CompactSize4);
        else
            return false;
        IsCut = true;
        return true;
    }

    private static ReadOnlySpan<T> Less<T>(ReadOnlySpan<T> all, int excess, int size) => all[..Math.Max(0, all.Length - ((excess + size - 1) / size))];

    private readonly void Write(ref BencodeWriter writer, in KrpcSender sender)
    {
        writer.BeginDictionary();
        WriteIp(ref writer, Asker);
        writer.WriteBytes("r"u8);
        writer.BeginDictionary();
        writer.WriteEntry("id"u8, sender.IdBytes);
        var full = Item is not null && !OnlySequence;
        if (full && Item!.Key is { } key)
        {
            Span<byte> bytes = stackalloc byte[Crypto.Ed25519PublicKey.Size];
            key.CopyTo(bytes);
            writer.WriteEntry("k"u8, bytes);
        }

        if (WithNodes)
            WriteNodes(ref writer, "nodes"u8, Nodes);
        if (WithNodes6)
            WriteNodes(ref writer, "nodes6"u8, Nodes6);
        if (Item?.Key is not null)
            writer.WriteEntry("seq"u8, Item.Sequence);
        if (full && Item!.Key is not null)
            writer.WriteEntry("sig"u8, Item.Signature);
        if (!Token.IsEmpty)
            writer.WriteEntry("token"u8, Token);
        if (full)
        {
            writer.WriteBytes("v"u8);
            writer.WriteRaw(Item!.Value);
        }

        WritePeers(ref writer);
        writer.End();
        writer.WriteEntry("t"u8, Transaction);
        writer.WriteEntry("v"u8, KrpcSender.Version);
        writer.WriteEntry("y"u8, "r"u8);
        writer.End();
    }

    private readonly void WritePeers(ref BencodeWriter writer)
    {
        if (Peers.IsEmpty)
            return;
        Span<byte> compact = stackalloc byte[Endpoint.CompactSize6];
        writer.WriteBytes("values"u8);
        writer.BeginList();
        foreach (var peer in Peers)
            writer.WriteBytes(compact[..peer.WriteCompact(compact)]);
        writer.End();
    }

    private static void WriteNodes(ref BencodeWriter writer, ReadOnlySpan<byte> key, ReadOnlySpan<KnownNode> nodes)
    {
        Span<byte> compact = stackalloc byte[KrpcLimits.MaxNodes * (NodeId.Size + Endpoint.CompactSize6)];
        var length = 0;
        foreach (var node in nodes)
        {
            node.Id.CopyTo(compact[length..]);
            length += NodeId.Size;
            length += node.Endpoint.WriteCompact(compact[length..]);
        }

        writer.WriteEntry(key, compact[..length]);
    }
}
