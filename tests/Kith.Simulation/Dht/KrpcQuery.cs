using Kith.Overlay.Dht;
using Kith.Wire.Bencode;

namespace Kith.Simulation.Dht;

/// <summary>What a liar needs to know of a query (BEP 5), read apart from the code that is under test.</summary>
internal readonly ref struct KrpcQuery
{
    public ReadOnlySpan<byte> Transaction { get; private init; }

    public ReadOnlySpan<byte> Method { get; private init; }

    /// <summary>What is looked for, or the hash of what is put; the default where there is none.</summary>
    public NodeId Target { get; private init; }

    /// <summary>Whether it asks for nodes.</summary>
    public bool AsksForNodes => Method.SequenceEqual("find_node"u8) || Method.SequenceEqual("get"u8) || Method.SequenceEqual("get_peers"u8);

    public static bool TryRead(ReadOnlySpan<byte> datagram, out KrpcQuery query)
    {
        query = default;
        ReadOnlySpan<byte> transaction = default, method = default, kind = default;
        NodeId target = default;
        var reader = new BencodeReader(datagram);
        if (!reader.TryReadDictionary())
            return false;
        while (!reader.TryReadEnd())
        {
            if (!reader.TryReadBytes(out var key))
                return false;
            if (key.SequenceEqual("a"u8))
            {
                if (!TryReadArguments(ref reader, out target))
                    return false;
            }
            else if (key.Length == 1 && reader.Next == BencodeKind.Bytes)
            {
                _ = reader.TryReadBytes(out var value);
                switch (key[0])
                {
                    case (byte)'t': transaction = value; break;
                    case (byte)'q': method = value; break;
                    case (byte)'y': kind = value; break;
                    default: break;
                }
            }
            else if (!reader.TrySkip())
            {
                return false;
            }
        }

        query = new KrpcQuery { Transaction = transaction, Method = method, Target = target };
        return kind.SequenceEqual("q"u8);
    }

    private static bool TryReadArguments(ref BencodeReader reader, out NodeId target)
    {
        target = default;
        if (!reader.TryReadDictionary())
            return false;
        while (!reader.TryReadEnd())
        {
            if (!reader.TryReadBytes(out var key))
                return false;
            if (key.SequenceEqual("target"u8) || key.SequenceEqual("info_hash"u8))
            {
                if (!reader.TryReadBytes(out var value) || !NodeId.TryRead(value, out target))
                    return false;
            }
            else if (!reader.TrySkip())
            {
                return false;
            }
        }

        return true;
    }
}
