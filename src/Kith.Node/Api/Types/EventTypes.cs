namespace Kith.Node.Api.Types;

/// <summary>The data of the event <c>message</c>.</summary>
public sealed record MessageEvent(Message Message, bool IsNew);

/// <summary>The data of the event <c>messageRemoved</c>.</summary>
public sealed record MessageRemovedEvent(string Contact, string Id);

/// <summary>The data of the event <c>contactRemoved</c>.</summary>
public sealed record ContactRemovedEvent(string Contact);

/// <summary>The data of the event <c>typing</c>.</summary>
public sealed record TypingEvent(string Contact, bool Active);

/// <summary>The data of the event <c>presence</c>.</summary>
/// <param name="Path">Which way the session goes; null when there is none.</param>
public sealed record PresenceEvent(string Contact, bool Online, Way? Path);

/// <summary>Every type of event with its data: <c>event: NAME</c> carries the data of the property NAME. Never sent as a whole.</summary>
public sealed record Events(
    Status Hello,
    MessageEvent Message,
    MessageRemovedEvent MessageRemoved,
    Contact Contact,
    ContactRemovedEvent ContactRemoved,
    TypingEvent Typing,
    Settings Settings,
    PresenceEvent Presence,
    Network Network);
