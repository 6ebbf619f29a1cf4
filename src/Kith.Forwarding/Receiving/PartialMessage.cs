using Kith.Forwarding.Sending;

namespace Kith.Forwarding.Receiving;

/// <summary>A message of which not all pieces have come.</summary>
internal sealed class PartialMessage(int count)
{
    private readonly ReadOnlyMemory<byte>?[] _pieces = new ReadOnlyMemory<byte>?[count];
    private int _missing = count;

    /// <summary>How many pieces it has; all of them say the same.</summary>
    public int Count => _pieces.Length;

    /// <summary>Bytes that are here.</summary>
    public int Bytes { get; private set; }

    /// <summary>When something of it last came.</summary>
    public long HeardAt { get; set; }

    /// <summary>Whether it has this piece.</summary>
    public bool Has(int index) => _pieces[index] is not null;

    /// <summary>Takes a piece in that it has not.</summary>
    public void Add(Piece piece)
    {
        _pieces[piece.Index] = piece.Bytes;
        _missing--;
        Bytes += piece.Bytes.Length;
    }

    /// <summary>The envelope once it is whole; null before.</summary>
    public byte[]? Join()
    {
        if (_missing > 0)
            return null;
        var whole = new byte[Bytes];
        var at = 0;
        foreach (var piece in _pieces)
        {
            piece!.Value.Span.CopyTo(whole.AsSpan(at));
            at += piece.Value.Length;
        }

        return whole;
    }
}
