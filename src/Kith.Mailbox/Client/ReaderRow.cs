using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Client;

/// <summary>A row of boxes that is read, and what was handed on of it.</summary>
internal sealed class ReaderRow(ReadableBox box, bool isDummy)
{
    private readonly Dictionary<ChunkHash, ToldEnvelope> _told = [];
    private readonly Queue<ChunkHash> _order = new();

    /// <summary>The row as it was given last.</summary>
    public ReadableBox Box { get; set; } = box;

    /// <summary>Read only so that nobody can tell which rows are real.</summary>
    public bool IsDummy { get; } = isDummy;

    public BoxSchedule Schedule { get; } = new(box.Secret, box.Period);

    /// <summary>By the index of the period.</summary>
    public Dictionary<long, ReadBox> Boxes { get; } = [];

    /// <summary>Whether its present boxes are watched: decided by how many may be.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Chunks that are here and open.</summary>
    public List<KnownChunk> Held { get; } = [];

    /// <summary>What was put before needs to be looked for no more.</summary>
    public long Since { get; set; }

    /// <summary>When that was told last.</summary>
    public long ToldSinceAt { get; set; }

    /// <summary>Whether handing on was put off until this time; 0 when it was not.</summary>
    public long HandOnAt { get; set; }

    /// <summary>
    /// The envelope of these bytes, when it was told in this run; otherwise it is noted as told. One that its writer left again in a box of a later period is told again
    /// once it is done: no receipt of it has come there (docs/protocol/delivery.md, "Drops").
    /// </summary>
    /// <param name="hash">Of the envelope.</param>
    /// <param name="index">The period of the box that it came out of.</param>
    /// <param name="isNew">Whether it was not told.</param>
    public ToldEnvelope Tell(ChunkHash hash, long index, out bool isNew)
    {
        var isKnown = _told.TryGetValue(hash, out var told);
        isNew = !isKnown || (told!.IsDone && index > told.Index && !Box.IsStanding);
        if (!isNew)
            return told!;
        _told[hash] = told = new ToldEnvelope(index);
        if (!isKnown)
            _order.Enqueue(hash);
        if (_order.Count > ClientLimits.EnvelopesRemembered)
            _told.Remove(_order.Dequeue());
        return told;
    }
}

/// <summary>An envelope that was handed on: which chunks wait for it.</summary>
internal sealed class ToldEnvelope(long index)
{
    /// <summary>The period of the box that it came out of.</summary>
    public long Index => index;

    public List<KnownChunk> Chunks { get; } = [];

    public bool IsDone { get; set; }
}
