using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Wire;

namespace Kith.Messaging.Conversations;

/// <summary>Pages of history, single messages, and search.</summary>
internal sealed class Reader(Surroundings around, ContactBook contacts, History history, MessageViews views)
{
    /// <summary>Messages in one page.</summary>
    public const int MaxPage = 200;

    /// <summary>Messages that one search looks at, newest first.</summary>
    public const int MaxScanned = 200_000;

    public HistoryView Page(AccountId contactId, MessageId? before, MessageId? after, int limit)
    {
        contacts.Get(contactId);
        if (limit is < 1 or > MaxPage)
            throw new MessengerException(MessengerError.Invalid, $"A page has 1 to {MaxPage} messages.");
        if (before is not null && after is not null)
            throw new MessengerException(MessengerError.Invalid, "A page lies before a message or after one, not both.");
        var rows = after is { } start
            ? around.Messages.After(contactId, Position(contactId, start), limit + 1)
            : around.Messages.Before(contactId, before is { } end ? Position(contactId, end) : null, limit + 1);
        var page = rows.Take(limit).Select(row => views.Of(History.Read(row)));
        return new HistoryView(after is null ? [.. page.Reverse()] : [.. page], rows.Count > limit);
    }

    public MessageView? Find(MessageId id) => history.Find(id) is { } entry ? views.Of(entry) : null;

    public IReadOnlyList<MessageView> Search(string query, AccountId? contact, int limit) => limit is < 1 or > MaxPage
        ? throw new MessengerException(MessengerError.Invalid, $"A search gives 1 to {MaxPage} messages.")
        : [.. SearchSteps(query, contact).OfType<MessageView>().Take(limit)];

    public IEnumerable<MessageView?> SearchSteps(string query, AccountId? contact)
    {
        if (contact is { } id)
            contacts.Get(id);
        var words = SearchText.Words(query);
        return words.Length == 0
            ? throw new MessengerException(MessengerError.Invalid, "What should be searched for? Give at least one word.")
            : around.Messages.Scan(contact).Take(MaxScanned).Select(row => Match(row, words));
    }

    private MessageView? Match(StoredMessage row, string[] words)
    {
        var entry = History.Read(row);
        return !entry.Body.Text.IsEmpty && SearchText.Matches(StrictUtf8.Decode(entry.Body.Text), words) ? views.Of(entry) : null;
    }

    private MessagePosition Position(AccountId contact, MessageId id) => history.Find(contact, id)?.Row.Position
        ?? throw new MessengerException(MessengerError.NotFound, $"There is no message {id} in this conversation.");
}
