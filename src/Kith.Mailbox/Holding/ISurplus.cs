using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Holding;

/// <summary>Knows which copies may give way when room is wanted: those that enough nearer holders have just proved to have (docs/protocol/mailbox.md, "Repair"). On the holding's thread.</summary>
public interface ISurplus
{
    /// <summary>Names a copy, each once; false when there is none.</summary>
    bool TryTake(out BoxAddress box, out ChunkHash hash);
}
