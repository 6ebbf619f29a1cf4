using Kith.Messaging;
using Kith.Wire;

namespace Kith.Node.Events;

/// <summary>Something that happened at this node.</summary>
public abstract record NodeEvent
{
    /// <summary>Something in the messenger, after its commit.</summary>
    public sealed record Messaging(MessengerEvent What) : NodeEvent;

    /// <summary>A session with a contact opened, or the last one closed.</summary>
    public sealed record Presence(AccountId Contact, bool Online) : NodeEvent;
}
