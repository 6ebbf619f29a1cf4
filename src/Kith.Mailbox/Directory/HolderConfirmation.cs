using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>Somebody named a node as a holder; whether it is one is being found out.</summary>
internal sealed record HolderConfirmation(Endpoint Holder, long End, Action<long, bool> Found)
{
    /// <summary>When it must be looked at again.</summary>
    public long Deadline { get; set; }

    /// <summary>Whether there is nothing more to find out.</summary>
    public bool IsOver { get; set; }
}
