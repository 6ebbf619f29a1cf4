using Kith.Delivery.Privacy;
using Kith.Wire;

namespace Kith.Messaging;

/// <summary>A contact link that was made.</summary>
/// <param name="Id">The invite's id, to withdraw it.</param>
/// <param name="Link">The text to hand over: <c>kith:…</c>.</param>
/// <param name="Expires">Unix milliseconds, or null for never.</param>
/// <param name="UsesLeft">How many people can still use it; 0 for a public link, whose users become requests.</param>
public sealed record LinkView(string Id, string Link, long? Expires, int UsesLeft)
{
    /// <summary>What a public link asks of its users while we are away: bits of work for each entry; 0 for nothing.</summary>
    public int Price { get; init; }
}

/// <summary>How well we know somebody. Names in the API are in lower case.</summary>
public enum ContactState
{
    /// <summary>We used their link and have no answer yet.</summary>
    Connecting = 1,

    /// <summary>They used our public link: we accept, refuse or block.</summary>
    Request = 2,

    /// <summary>Both sides know each other.</summary>
    Connected = 3,

    /// <summary>We used their link and they did not want it, or it was not valid.</summary>
    Refused = 4,

    /// <summary>We want nothing from them.</summary>
    Blocked = 5,
}

/// <summary>A contact with the state of its conversation, as a list shows it.</summary>
public sealed record ContactView(
    AccountId Id,
    string Name,
    string? ProfileName,
    ContactState State,
    string? Reason,
    bool Verified,
    bool Muted,
    long AddedAt,
    int Unread,
    MessageView? LastMessage,
    string Draft,
    long DisappearAfter)
{
    /// <summary>The exception that they are from the privacy setting; null for none.</summary>
    public PrivacyLevel? PrivacyException { get; init; }

    /// <summary>The privacy setting towards them.</summary>
    public PrivacyLevel Privacy { get; init; }

    /// <summary>Whether they can find us wherever we go; false for those whom the last new find secrets left out.</summary>
    public bool CanFindUs { get; init; } = true;
}

/// <summary>A reaction: who and which emoji.</summary>
public sealed record ReactionView(bool FromMe, string Emoji);

/// <summary>What a reply quotes; the text is null when the original is not here.</summary>
public sealed record ReplyView(MessageId Id, bool FromMe, string? Text);

/// <summary>A message as people see it.</summary>
/// <param name="Route">How it travelled: <c>direct</c>, <c>relay</c>, <c>forward</c>, <c>onion</c> or <c>drop</c>; null while it waits.</param>
/// <param name="Missing">True when its writer had seen messages that we do not have: the gap is shown.</param>
public sealed record MessageView(
    MessageId Id,
    AccountId Contact,
    bool FromMe,
    string Text,
    long SentAt,
    long ReceivedAt,
    Conversations.MessageState State,
    string? Route,
    bool Unread,
    long? EditedAt,
    bool Deleted,
    ReplyView? ReplyTo,
    IReadOnlyList<ReactionView> Reactions,
    long? ExpiresAt,
    bool Missing)
{
    /// <summary>Not null: no text, but the notice that new messages now live so long (milliseconds; 0 for ever) after they were seen.</summary>
    public long? DisappearAfterSet { get; init; }

    /// <summary>How many forwarders were on each of its paths; null where its way has none, or nobody here knows: of what others wrote, and from before this was kept.</summary>
    public int? Forwarders { get; init; }

    /// <summary>Whether it is known to have gone through Tor, to the other node or on its way to forwarders and holders.</summary>
    public bool ThroughTor { get; init; }
}

/// <summary>A page of history, oldest first, and whether there is more on the side that was asked for.</summary>
public sealed record HistoryView(IReadOnlyList<MessageView> Messages, bool More);

/// <summary>What the user has chosen.</summary>
public sealed record Settings(string Name, bool ReadReceipts, bool Typing, string Privacy, string Relay, bool Notifications, string Theme, string Language)
{
    /// <summary>Whether the user has said what they think of relays, be it "not now": nobody asks them again.</summary>
    public bool RelayAsked { get; init; }

    /// <summary>Whether this node forwards packets of others, where strangers reach it.</summary>
    public bool Forwarding { get; init; } = true;

    /// <summary>How what goes through forwarders goes, and what goes there to say nothing.</summary>
    public PathSettings Paths { get; init; } = PathSettings.Standard;
}

/// <summary>The number that two people compare to know that nobody stands between them: 60 digits in groups of five.</summary>
public sealed record SafetyNumberView(AccountId Contact, string SafetyNumber, bool Verified);

/// <summary>Something that happened, published after the commit that made it true.</summary>
public abstract record MessengerEvent
{
    /// <summary>A message is new or has changed.</summary>
    public sealed record MessageChanged(MessageView Message, bool IsNew) : MessengerEvent;

    /// <summary>A message is gone: deleted for me, or disappeared.</summary>
    public sealed record MessageRemoved(AccountId Contact, MessageId Id) : MessengerEvent;

    /// <summary>A contact is new or has changed.</summary>
    public sealed record ContactChanged(ContactView Contact) : MessengerEvent;

    /// <summary>A contact is gone.</summary>
    public sealed record ContactRemoved(AccountId Contact) : MessengerEvent;

    /// <summary>The other side is writing, or has stopped.</summary>
    public sealed record Typing(AccountId Contact, bool Active) : MessengerEvent;

    /// <summary>Settings changed.</summary>
    public sealed record SettingsChanged(Settings Settings) : MessengerEvent;
}
