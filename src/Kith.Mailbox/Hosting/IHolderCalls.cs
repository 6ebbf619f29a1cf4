using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>Requests to holders, as the cores of writing, reading and repairing make them: under one lock with them. What comes of them is told later under that lock, never during the call.</summary>
public interface IHolderCalls
{
    /// <summary>Asks a holder. Bounded: of more than can wait the request is answered with nothing.</summary>
    void Ask(Endpoint holder, HolderRequest request);

    /// <summary>Ends a request that keeps on; nothing is told of it any more.</summary>
    void Drop(Endpoint holder, HolderRequest request);
}
