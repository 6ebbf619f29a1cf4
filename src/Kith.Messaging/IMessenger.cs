using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Wire;

namespace Kith.Messaging;

/// <summary>
/// Everything that people can do, as synchronous calls of the node loop. Each runs inside the loop's open transaction; what it causes outside (events, frames)
/// goes to <see cref="IEffects"/> and is let out after the commit. A call that cannot be done throws <see cref="MessengerException"/> and has changed nothing.
/// </summary>
public interface IMessenger
{
    /// <summary>This person.</summary>
    AccountId Account { get; }

    /// <summary>The user's settings.</summary>
    Settings Settings { get; }

    /// <summary>Replaces the settings; a changed name is told to all contacts.</summary>
    void ChangeSettings(Settings settings);

    /// <summary>Makes a link with room for <paramref name="uses"/> people (0: public, its users become requests); <paramref name="lifetime"/> null means for ever.</summary>
    /// <param name="uses">For how many.</param>
    /// <param name="lifetime">How long it can be used.</param>
    /// <param name="price">Work that a public link asks of each who writes while we are away, in bits (0 to 28); null: some seconds of one core.</param>
    LinkView CreateLink(int uses, TimeSpan? lifetime, int? price = null);

    /// <summary>The links that can still be used.</summary>
    IReadOnlyList<LinkView> Links();

    /// <summary>Withdraws a link.</summary>
    void RevokeLink(string id);

    /// <summary>Adds the maker of a link; goes on in the background until they know.</summary>
    /// <param name="link">The link's text.</param>
    /// <param name="name">Our name for them; null for theirs.</param>
    /// <param name="privacy">An exception from the privacy setting, from the first word on; null for none.</param>
    ContactView AddContact(string link, string? name, PrivacyLevel? privacy = null);

    /// <summary>All contacts, requests and blocked ones, most recent conversation first.</summary>
    IReadOnlyList<ContactView> Contacts();

    /// <summary>Resolves a name, an id or an unambiguous start of an id.</summary>
    ContactView ResolveContact(string contact);

    /// <summary>Accepts a request.</summary>
    void AcceptRequest(AccountId contact);

    /// <summary>Refuses a request and forgets it.</summary>
    void RefuseRequest(AccountId contact);

    /// <summary>Blocks or unblocks somebody.</summary>
    void SetBlocked(AccountId contact, bool blocked);

    /// <summary>Our own name for a contact; unique among contacts.</summary>
    void Rename(AccountId contact, string name);

    /// <summary>Makes a contact an exception from the privacy setting; null takes that back.</summary>
    void SetPrivacy(AccountId contact, PrivacyLevel? exception);

    /// <summary>Silences notifications of a contact.</summary>
    void SetMuted(AccountId contact, bool muted);

    /// <summary>
    /// Draws new find secrets and gives them to the chosen contacts; all others, and the users of the links made so far, can find us no more. A contact left out
    /// is told nothing, is not gone to (but when the user writes to them), and can be chosen again at any time.
    /// </summary>
    void IssueFindSecrets(IReadOnlyList<AccountId> chosen);

    /// <summary>Deletes a contact with everything written, on this side.</summary>
    void DeleteContact(AccountId contact);

    /// <summary>The safety number.</summary>
    SafetyNumberView SafetyNumber(AccountId contact);

    /// <summary>Marks a contact as compared or not.</summary>
    void SetVerified(AccountId contact, bool verified);

    /// <summary>Commits a text of at most 64 KiB of UTF-8 and puts it into the outbox.</summary>
    MessageView SendText(AccountId contact, string text, MessageId? replyTo, RouteKind route);

    /// <summary>Replaces the text of a message of ours, on both sides.</summary>
    MessageView EditText(AccountId contact, MessageId id, string text);

    /// <summary>Deletes a message here or, when it is ours, on both sides.</summary>
    void DeleteMessage(AccountId contact, MessageId id, bool forEveryone);

    /// <summary>Sets our one reaction to a message; null takes it back.</summary>
    MessageView React(AccountId contact, MessageId id, string? emoji);

    /// <summary>Marks everything up to a message as seen; tells the writer when the settings say so.</summary>
    void MarkRead(AccountId contact, MessageId upTo);

    /// <summary>Tells the other side that we write, or stopped; nothing when the settings say so.</summary>
    void SetTyping(AccountId contact, bool active);

    /// <summary>Keeps what is being written.</summary>
    void SetDraft(AccountId contact, string text);

    /// <summary>How long new messages live after they were seen, in milliseconds; 0 for ever; told to the other side.</summary>
    void SetDisappearing(AccountId contact, long after);

    /// <summary>History before a message (null: the newest), or after one.</summary>
    HistoryView History(AccountId contact, MessageId? before, MessageId? after, int limit);

    /// <summary>One message, or null.</summary>
    MessageView? Message(MessageId id);

    /// <summary>
    /// Walks through history newest first for messages that hold every word of the query; null for each one that does not. The walk may be continued in later work
    /// items, so that a long one holds nobody up.
    /// </summary>
    IEnumerable<MessageView?> SearchSteps(string query, AccountId? contact);

    /// <summary>Messages that hold every word of the query, newest first.</summary>
    IReadOnlyList<MessageView> Search(string query, AccountId? contact, int limit);
}
