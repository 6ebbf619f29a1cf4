namespace Kith.Node.Api.Types;

/// <summary>A reaction.</summary>
public sealed record Reaction(bool FromMe, string Emoji);

/// <summary>What a reply answers.</summary>
/// <param name="Text">Null when the original is not here.</param>
public sealed record Reply(string Id, bool FromMe, string? Text);

/// <summary>A message.</summary>
/// <param name="Contact">The conversation: the other person's id.</param>
/// <param name="From"><c>me</c>, or the contact's name.</param>
/// <param name="SentAt">The writer's clock.</param>
/// <param name="ReceivedAt">Our clock when it was committed here.</param>
/// <param name="Route">How it travelled, or null while it waits.</param>
/// <param name="Missing">Whether its writer had seen messages that are not here.</param>
/// <param name="DisappearAfterSet">Not null: no text, but the notice that new messages now live so long (milliseconds; 0 for ever) after they were seen.</param>
/// <param name="Forwarders">How many forwarders were on each of its paths when it went; null where its way has none, or nobody here knows: of what others wrote.</param>
/// <param name="ThroughTor">Whether it is known to have gone through Tor, to the other node or on its way to forwarders and holders.</param>
public sealed record Message(
    string Id,
    string Contact,
    string From,
    bool FromMe,
    string Text,
    long SentAt,
    long ReceivedAt,
    MessageState State,
    string? Route,
    bool Unread,
    long? EditedAt,
    bool Deleted,
    Reply? ReplyTo,
    IReadOnlyList<Reaction> Reactions,
    long? ExpiresAt,
    bool Missing,
    long? DisappearAfterSet,
    int? Forwarders,
    bool ThroughTor);

/// <summary>A page of a conversation, oldest first.</summary>
/// <param name="More">Whether there is more on the side that was asked for.</param>
public sealed record MessagePage(IReadOnlyList<Message> Messages, bool More);

/// <summary>What a search found, newest first.</summary>
public sealed record SearchResult(IReadOnlyList<Message> Messages);

/// <summary>A text to send.</summary>
/// <param name="Text">At most 64 KiB of UTF-8.</param>
/// <param name="ReplyTo">The id of the message that it answers.</param>
/// <param name="Wait">The state to wait for.</param>
/// <param name="Timeout">How long to wait at most, in milliseconds.</param>
public sealed record NewMessage(
    string Text, string? ReplyTo = null, Route Route = Route.Auto, MessageState Wait = MessageState.Waiting, int Timeout = 30_000);

/// <summary>A message that was committed, and how far it came in time.</summary>
/// <param name="Elapsed">Milliseconds from the call to the state.</param>
/// <param name="Reason">Why it still waits, one sentence, when that is known.</param>
public sealed record SentMessage(string Id, MessageState State, string? Route, double Elapsed, Message Message, string? Reason);

/// <summary>A new text for a message of ours.</summary>
public sealed record TextEdit(string Text);

/// <summary>Our reaction; null takes it back.</summary>
public sealed record ReactionChange(string? Emoji = null);

/// <summary>The last message that was seen.</summary>
public sealed record ReadMark(string UpTo);

/// <summary>Whether we write now.</summary>
public sealed record TypingMark(bool Active);
