using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Client;

/// <summary>What became of a piece.</summary>
internal enum PieceFate
{
    /// <summary>It waits for the others.</summary>
    Kept,

    /// <summary>It was the last one.</summary>
    Whole,

    /// <summary>It contradicts the others, or makes too long an envelope.</summary>
    Refused,

    /// <summary>Too many envelopes are unfinished: later.</summary>
    TooMany,
}

/// <summary>Envelopes of one box of which some pieces are here (docs/protocol/mailbox.md, "Chunks").</summary>
internal sealed class PieceBook
{
    private readonly Dictionary<Bits128, Unfinished> _unfinished = [];

    /// <summary>Takes a piece.</summary>
    /// <param name="chunk">Which chunk it is in.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="envelope">The envelope when it is whole.</param>
    /// <param name="chunks">The chunks of its pieces, each once, this one among them.</param>
    public PieceFate Add(KnownChunk chunk, in ChunkItem piece, out byte[] envelope, out List<KnownChunk> chunks)
    {
        (envelope, chunks) = ([], []);
        if (!_unfinished.TryGetValue(piece.PieceId, out var unfinished))
        {
            if (_unfinished.Count >= ClientLimits.Unfinished)
                return PieceFate.TooMany;
            _unfinished[piece.PieceId] = unfinished = new Unfinished(piece.Count);
        }

        if (piece.Count != unfinished.Pieces.Length || unfinished.Size + piece.Bytes.Length > ChunkItems.MaxEnvelope)
            return PieceFate.Refused;
        // The same piece in another chunk settles another item, and brings nothing new. A chunk that was fetched again, since others of its pieces found no room, has the same items as before.
        if (!unfinished.Chunks.Contains(chunk))
            unfinished.Chunks.Add(chunk);
        if (unfinished.Pieces[piece.Index] is null)
        {
            unfinished.Pieces[piece.Index] = piece.Bytes.ToArray();
            unfinished.Size += piece.Bytes.Length;
        }

        if (Array.Exists(unfinished.Pieces, one => one is null))
            return PieceFate.Kept;
        _unfinished.Remove(piece.PieceId);
        envelope = [.. unfinished.Pieces.SelectMany(one => one!)];
        chunks = unfinished.Chunks;
        return PieceFate.Whole;
    }

    private sealed class Unfinished(int count)
    {
        public byte[]?[] Pieces { get; } = new byte[]?[count];

        public List<KnownChunk> Chunks { get; } = [];

        public int Size { get; set; }
    }
}
