using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht.Krpc;

/// <summary>Goes through a dictionary that is known to be well formed. A value that is not of the kind asked for spoils the whole: <see cref="IsSound"/>.</summary>
internal ref struct KrpcFields
{
    private BencodeReader _reader;

    /// <param name="dictionary">An encoded dictionary out of <see cref="KrpcMessage.Body"/>.</param>
    public KrpcFields(ReadOnlySpan<byte> dictionary)
    {
        _reader = new BencodeReader(dictionary);
        IsSound = _reader.TryReadDictionary();
    }

    /// <summary>Whether every value asked for was of its kind.</summary>
    public bool IsSound { get; private set; }

    /// <summary>Goes on to the next key; false at the end.</summary>
    public bool TryNext(out ReadOnlySpan<byte> key)
    {
        key = default;
        return IsSound && !_reader.TryReadEnd() && Keep(_reader.TryReadBytes(out key));
    }

    public ReadOnlySpan<byte> Bytes()
    {
        Keep(_reader.TryReadBytes(out var bytes));
        return bytes;
    }

    public long Integer()
    {
        Keep(_reader.TryReadInteger(out var value));
        return value;
    }

    /// <summary>A value of any kind, encoded.</summary>
    public ReadOnlySpan<byte> Encoded()
    {
        Keep(_reader.TryReadValue(out var encoded));
        return encoded;
    }

    public NodeId Id()
    {
        Keep(NodeId.TryRead(Bytes(), out var id));
        return id;
    }

    /// <summary>An integer that must be in [0, 65535].</summary>
    public ushort Port()
    {
        var port = Integer();
        Keep(port is >= 0 and <= ushort.MaxValue);
        return (ushort)port;
    }

    /// <summary><c>want</c> (BEP 32): a list of <c>n4</c> and <c>n6</c>; other values are passed over.</summary>
    public Families Want()
    {
        var wanted = Families.None;
        Keep(_reader.TryReadList());
        while (IsSound && !_reader.TryReadEnd())
        {
            var name = Bytes();
            if (name.SequenceEqual("n4"u8))
                wanted |= Families.IPv4;
            else if (name.SequenceEqual("n6"u8))
                wanted |= Families.IPv6;
        }

        return wanted;
    }

    /// <summary>Passes over a value that nobody asked for.</summary>
    public void Skip() => Keep(_reader.TrySkip());

    private bool Keep(bool sound)
    {
        IsSound &= sound;
        return sound;
    }
}
