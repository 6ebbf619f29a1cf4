using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Client;

/// <summary>What a batch needs of the core that it is in.</summary>
internal interface IPutWorld
{
    HolderManners Manners { get; }

    /// <summary>What the wall clock says, unix milliseconds: what is signed goes by it.</summary>
    long Wall(long now);

    /// <summary>Looks for the holders of a batch's box; <see cref="PutBatch.Found"/> is called at once where they are known.</summary>
    void Find(long now, PutBatch batch, IReadOnlyList<string> preferred);

    /// <summary>Asks on behalf of an attempt.</summary>
    void Ask(PutBatch batch, PutAttempt attempt, PutRequest request);

    /// <summary>Asks for a deletion whose answer nobody waits for.</summary>
    void Delete(HolderHandle holder, DeleteRequest request);

    /// <summary>Does work in slices, for a batch as long as it is not over; told when it is done.</summary>
    void Toil(PutBatch batch, ProofOfWork work, Action<long, ulong> done);

    /// <summary>A batch is stored, or refused for a reason.</summary>
    void Ended(long now, PutBatch batch, string? why);
}
