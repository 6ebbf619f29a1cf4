using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Client;

/// <summary>How far a chunk of a box has come.</summary>
internal enum ChunkState
{
    /// <summary>Listed, and to be fetched.</summary>
    Wanted,

    /// <summary>Asked for.</summary>
    Fetching,

    /// <summary>Nobody who lists it gave it: to be tried at the next look.</summary>
    Missing,

    /// <summary>Here and open, to be handed on.</summary>
    Held,

    /// <summary>All that it holds was handed on, or waits for its other pieces.</summary>
    Told,

    /// <summary>Nothing of it is needed any more: it is deleted where it is kept.</summary>
    Done,

    /// <summary>It is not ours or does not open: left alone.</summary>
    Bad,
}

/// <summary>A chunk that some holder lists.</summary>
internal sealed class KnownChunk(ReadBox box, ChunkHash hash, int size)
{
    public ReadBox Box { get; } = box;

    public ChunkHash Hash { get; } = hash;

    public int Size { get; } = size;

    public ChunkState State { get; set; }

    /// <summary>Who lists it.</summary>
    public List<HolderReading> At { get; } = [];

    /// <summary>Of those, who was asked for it since the last look.</summary>
    public HashSet<HolderReading> Tried { get; } = [];

    /// <summary>The writer's number, which orders.</summary>
    public long Number { get; set; }

    /// <summary>What it holds, until that is handed on.</summary>
    public List<ChunkItem> Items { get; set; } = [];

    /// <summary>Items that are not done.</summary>
    public int Open { get; set; }

    /// <summary>Whether it will be deleted everywhere soon.</summary>
    public bool IsToBeDeleted { get; set; }

    /// <summary>Whether it may still be had.</summary>
    public bool IsAwaited => State is ChunkState.Wanted or ChunkState.Fetching;
}
