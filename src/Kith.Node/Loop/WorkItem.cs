namespace Kith.Node.Loop;

/// <summary>One thing for the node loop to do.</summary>
internal abstract class WorkItem
{
    /// <summary>Bytes that it brings, for the limit of a batch.</summary>
    public virtual int Size => 0;

    /// <summary>Whether it only reads: it needs no transaction.</summary>
    public virtual bool OnlyReads => false;

    /// <summary>Whether it must find no transaction open: one that waits for company is committed first.</summary>
    public virtual bool OutsideTransactions => false;

    /// <summary>Whether nobody waits for its commit: when it binds nobody either (<see cref="HeldEffects.Binding"/>), the commit may wait a moment for company.</summary>
    public virtual bool MayWait => false;

    /// <summary>Does it, inside the open transaction. May be called again, from the start, after a rollback.</summary>
    /// <exception cref="Messaging.MessengerException">It cannot be done.</exception>
    public abstract void Run();

    /// <summary>Called after the commit, on the loop.</summary>
    public virtual void Complete()
    {
    }

    /// <summary>Called instead of <see cref="Complete"/> when it was not done, on the loop.</summary>
    public virtual void Fail(Exception reason)
    {
    }

    /// <summary>Whether everything must be taken back when it refuses by a <see cref="Messaging.MessengerException"/>: it makes several changes.</summary>
    public virtual bool Compound => false;
}
