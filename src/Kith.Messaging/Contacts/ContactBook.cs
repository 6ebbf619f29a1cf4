using System.Globalization;
using Google.Protobuf;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>All contacts, in memory; found by id, by transport key and by name.</summary>
internal sealed class ContactBook
{
    /// <summary>Contacts in all, requests and blocked ones included.</summary>
    public const int MaxContacts = 10_000;

    /// <summary>Requests that wait for the user; more are told that we are busy.</summary>
    public const int MaxRequests = 100;

    private readonly Surroundings _around;
    private readonly SettingsBook _settings;
    private readonly Dictionary<AccountId, Contact> _byId = [];
    private readonly Dictionary<X25519PublicKey, Contact> _byTransportKey = [];
    private readonly HashSet<Contact> _changed = [];

    public ContactBook(Surroundings around, SettingsBook settings)
    {
        (_around, _settings) = (around, settings);
        foreach (var (key, value) in around.Records.All(RecordKind.Contact))
        {
            var contact = new Contact(AccountId.FromBytes(key), ContactRecord.Parser.ParseFrom(value), settings);
            _byId.Add(contact.Id, contact);
            Index(contact);
        }
    }

    public IReadOnlyCollection<Contact> All => _byId.Values;

    public bool IsFull => _byId.Count >= MaxContacts;

    public bool HasRoomForRequests => !IsFull && _byId.Values.Count(contact => contact.Stage == ContactStage.Request) < MaxRequests;

    public Contact? Find(AccountId id) => _byId.GetValueOrDefault(id);

    public Contact? FindByTransportKey(ReadOnlySpan<byte> key) =>
        X25519PublicKey.TryParse(key, out var parsed) ? _byTransportKey.GetValueOrDefault(parsed) : null;

    /// <summary>The visible contact of this id.</summary>
    /// <exception cref="MessengerException">There is none.</exception>
    public Contact Get(AccountId id) => Find(id) is { IsVisible: true } contact
        ? contact
        : throw new MessengerException(MessengerError.NotFound, $"There is no contact {id}.");

    public Contact Add(AccountId id, ContactStage stage, string wantedName)
    {
        var contact = new Contact(id, new ContactRecord { Stage = (int)stage, AddedAt = _around.Now }, _settings);
        contact.Record.Name = UniqueName(wantedName, contact);
        _byId.Add(id, contact);
        Change(contact);
        return contact;
    }

    /// <summary>Forgets the contact's records; history, outbox and the rest are <see cref="ContactRemoval"/>'s.</summary>
    public void Remove(Contact contact)
    {
        _byId.Remove(contact.Id);
        Unindex(contact);
        _changed.Remove(contact);
        var key = contact.Id.ToArray();
        _around.Records.Remove(RecordKind.Contact, key);
        _around.Records.Remove(RecordKind.Session, key);
        _around.Records.Remove(RecordKind.Conversation, key);
    }

    /// <summary>Marks the record to be written at the end of the batch.</summary>
    public void Change(Contact contact)
    {
        contact.Changed = true;
        _changed.Add(contact);
    }

    /// <summary>Marks the contact to be told to the page at the end of the batch.</summary>
    public void Touch(Contact contact)
    {
        contact.Touched = true;
        _changed.Add(contact);
    }

    /// <summary>Marks something else of the contact (session, conversation) to be written.</summary>
    public void Visit(Contact contact) => _changed.Add(contact);

    public void SetTransportKey(Contact contact, ReadOnlySpan<byte> key)
    {
        if (contact.Record.TransportKey.Span.SequenceEqual(key))
            return;
        Unindex(contact);
        contact.Record.TransportKey = ByteString.CopyFrom(key);
        Index(contact);
        Change(contact);
    }

    /// <summary>Takes what changed; the caller writes and publishes.</summary>
    public IReadOnlyList<Contact> TakeChanged()
    {
        if (_changed.Count == 0)
            return [];
        Contact[] changed = [.. _changed];
        _changed.Clear();
        return changed;
    }

    public void Save(Contact contact)
    {
        if (!contact.Changed)
            return;
        contact.Changed = false;
        _around.Records.Put(RecordKind.Contact, contact.Id.ToArray(), contact.Record.ToByteArray());
    }

    /// <summary>The name, with a number after it when somebody else has it.</summary>
    public string UniqueName(string wanted, Contact? self)
    {
        var name = wanted;
        for (var number = 2; IsTaken(name, self); number++)
            name = string.Create(CultureInfo.InvariantCulture, $"{wanted} {number}");
        return name;
    }

    public bool IsTaken(string name, Contact? self) =>
        _byId.Values.Any(other => other != self && other.IsVisible && string.Equals(other.Record.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Resolves a name, an id or an unambiguous start of one.</summary>
    /// <exception cref="MessengerException">Nobody, or several.</exception>
    public Contact Resolve(string text)
    {
        var wanted = text.Trim();
        if (wanted.Length == 0)
            throw new MessengerException(MessengerError.Invalid, "Which contact? Give a name or the start of an id.");
        var visible = _byId.Values.Where(contact => contact.IsVisible).ToArray();
        var byName = visible.Where(contact => string.Equals(contact.Record.Name, wanted, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (byName.Length == 1)
            return byName[0];
        var byId = visible.Where(contact => contact.Id.ToString().StartsWith(wanted, StringComparison.OrdinalIgnoreCase)).ToArray();
        return byId.Length switch
        {
            1 => byId[0],
            0 => throw new MessengerException(MessengerError.NotFound, $"There is no contact called '{wanted}'."),
            _ => throw new MessengerException(MessengerError.Conflict, $"'{wanted}' is the start of several ids: give more of it."),
        };
    }

    private void Index(Contact contact)
    {
        if (X25519PublicKey.TryParse(contact.Record.TransportKey.Span, out var key))
            _byTransportKey.TryAdd(key, contact);
    }

    private void Unindex(Contact contact)
    {
        if (X25519PublicKey.TryParse(contact.Record.TransportKey.Span, out var key) && _byTransportKey.GetValueOrDefault(key) == contact)
            _byTransportKey.Remove(key);
    }
}
