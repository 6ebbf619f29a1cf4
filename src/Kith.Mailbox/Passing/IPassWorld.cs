using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>What passing on needs of the node. For several threads; each call returns at once.</summary>
internal interface IPassWorld
{
    /// <summary>Whether this node passes on at all: it does while it offers room.</summary>
    bool Passes { get; }

    /// <summary>Whether the directory knows that this is a holder, other than ourselves, and that it answers.</summary>
    bool Knows(Endpoint holder);

    /// <summary>Looks for a holder where it would have announced itself, and says HELLO to it; told whether it is known then.</summary>
    void Look(Endpoint holder, Action<bool> found);

    /// <summary>Asks a holder over a session that is used for nothing else but what others ask.</summary>
    void Ask(Endpoint holder, HolderRequest request);

    /// <summary>Ends a request that goes on.</summary>
    void Drop(Endpoint holder, HolderRequest request);
}
