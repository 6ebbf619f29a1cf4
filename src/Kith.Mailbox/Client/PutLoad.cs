using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Client;

/// <summary>Parcels that were packed together, for one period or, where they stand for several, for each: told of once, when all of that has ended.</summary>
internal sealed class PutLoad(WriterRow row, WritableBox box, List<MessageId> ids)
{
    public WriterRow Row { get; } = row;

    public WritableBox Box { get; } = box;

    /// <summary>Those that are not withdrawn.</summary>
    public List<MessageId> Ids { get; } = ids;

    public List<PutBatch> Batches { get; } = [];

    /// <summary>Batches that have neither been stored nor refused.</summary>
    public int Open { get; set; }

    /// <summary>Why one was refused.</summary>
    public string? Why { get; set; }
}
