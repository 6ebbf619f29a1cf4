using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Client;

/// <summary>One box that is read: a row's in one period.</summary>
internal sealed class ReadBox(ReaderRow row, BoxKeys keys)
{
    public ReaderRow Row { get; } = row;

    public BoxKeys Keys { get; } = keys;

    public long Index => Keys.Index;

    public Dictionary<ChunkHash, KnownChunk> Chunks { get; } = [];

    public List<HolderReading> Holders { get; } = [];

    public PieceBook Pieces { get; } = new();

    /// <summary>Read for the wide sweep alone: gone when nothing is in it.</summary>
    public bool IsTransient { get; set; }

    /// <summary>Nobody wants it any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>Holders are looked for.</summary>
    public bool IsFinding { get; set; }

    /// <summary>Lists of this look that have not come.</summary>
    public int OpenLists { get; set; }

    /// <summary>Holders of this look.</summary>
    public int Asked { get; set; }

    /// <summary>Of those, who answered.</summary>
    public int Answered { get; set; }

    /// <summary>Whether a look is under way whose end is waited for before anything of the row is handed on.</summary>
    public bool IsSettling { get; set; }

    /// <summary>The number of the look, so that timers of former ones are known.</summary>
    public int Look { get; set; }

    /// <summary>When this look began, by the wall clock.</summary>
    public long LookedAt { get; set; }

    /// <summary>When the last look began that enough holders answered; 0 before.</summary>
    public long ReadAt { get; set; }

    /// <summary>Looks in a row that too few answered.</summary>
    public int Failures { get; set; }

    /// <summary>When the next look is due.</summary>
    public long NextLookAt { get; set; }

    /// <summary>The pause until its holders are compared with those known by then; 0 before the first look is over.</summary>
    public long NearerPause { get; set; }

    /// <summary>When wanted chunks are fetched; <see cref="long.MaxValue"/> when none is wanted.</summary>
    public long FetchAt { get; set; } = long.MaxValue;

    /// <summary>Whether the look is over: what comes yet is taken as it comes.</summary>
    public bool IsLookOver { get; set; } = true;

    /// <summary>Whether news of this look could not be had, or ended.</summary>
    public bool HasLostNews { get; set; }

    /// <summary>Times in a row that they were.</summary>
    public int NewsLost { get; set; }

    /// <summary>Looks in a row that found fewer holders than a box has.</summary>
    public int TooFew { get; set; }

    /// <summary>Chunks that are to be fetched; some may have come meanwhile.</summary>
    public List<KnownChunk> Wanted { get; } = [];

    /// <summary>Chunks that may still be had: wanted, or asked for.</summary>
    public int Awaited { get; private set; }

    /// <summary>Chunks to be deleted everywhere.</summary>
    public List<KnownChunk> ToDelete { get; } = [];

    /// <summary>Whether they will be soon.</summary>
    public bool IsDeleteDue { get; set; }

    /// <summary>Whether so many of its holders tell news that nothing which is stored can be missed.</summary>
    public bool IsWatched => Holders.Count(reading => reading.Watch != 0) >= Math.Min(Asked, MailboxLimits.Holders - MailboxLimits.Enough + 1);

    /// <summary>Whether anything in it is neither done nor hopeless.</summary>
    public bool HasOpen => Chunks.Values.Any(chunk => chunk.State is not (ChunkState.Done or ChunkState.Bad));

    /// <summary>Changes a chunk's state, and counts.</summary>
    public void Move(KnownChunk chunk, ChunkState state)
    {
        Awaited -= chunk.IsAwaited ? 1 : 0;
        chunk.State = state;
        Awaited += chunk.IsAwaited ? 1 : 0;
        if (state == ChunkState.Wanted)
            Wanted.Add(chunk);
    }

    /// <summary>Notes a chunk that was listed for the first time.</summary>
    public KnownChunk Add(ChunkHash hash, int size)
    {
        var chunk = new KnownChunk(this, hash, size);
        Chunks[hash] = chunk;
        Awaited++;
        Wanted.Add(chunk);
        return chunk;
    }

    /// <summary>Makes room among what is known by forgetting what is done.</summary>
    public bool TryMakeRoom()
    {
        if (Chunks.Count < ClientLimits.KnownOfBox)
            return true;
        foreach (var (hash, _) in Chunks.Where(one => one.Value.State == ChunkState.Done).ToList())
            Chunks.Remove(hash);
        return Chunks.Count < ClientLimits.KnownOfBox;
    }
}
