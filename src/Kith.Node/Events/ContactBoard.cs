using System.Collections.Concurrent;
using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Wire;

namespace Kith.Node.Events;

/// <summary>What is true of contacts at this moment and not kept in the vault. Written by the node loop, read from any thread.</summary>
public sealed class ContactBoard
{
    private readonly ConcurrentDictionary<AccountId, string> _names = new();
    private readonly ConcurrentDictionary<AccountId, Way> _online = new();
    private readonly ConcurrentDictionary<AccountId, bool> _typing = new();

    /// <summary>Our name for a contact, or the id of somebody unknown.</summary>
    public string Name(AccountId contact) => _names.TryGetValue(contact, out var name) ? name : contact.ToString();

    /// <summary>Whether a session with a contact is open.</summary>
    public bool IsOnline(AccountId contact) => _online.ContainsKey(contact);

    /// <summary>Which way the session with a contact goes; null while there is none.</summary>
    public Way? PathOf(AccountId contact) => _online.TryGetValue(contact, out var path) ? path : null;

    /// <summary>Whether a contact writes now.</summary>
    public bool IsTyping(AccountId contact) => _typing.ContainsKey(contact);

    /// <summary>Notes everybody anew: at the start.</summary>
    internal void Load(IReadOnlyList<ContactView> contacts)
    {
        _names.Clear();
        foreach (var contact in contacts)
            _names[contact.Id] = contact.Name;
    }

    /// <summary>Notes what happened.</summary>
    internal void Apply(NodeEvent happened)
    {
        switch (happened)
        {
            case NodeEvent.Presence presence:
                if (presence.Path is { } path)
                {
                    _online[presence.Contact] = path;
                    break;
                }

                _online.TryRemove(presence.Contact, out _);
                _typing.TryRemove(presence.Contact, out _);
                break;
            case NodeEvent.Messaging { What: MessengerEvent.ContactChanged changed }:
                _names[changed.Contact.Id] = changed.Contact.Name;
                break;
            case NodeEvent.Messaging { What: MessengerEvent.ContactRemoved removed }:
                _names.TryRemove(removed.Contact, out _);
                _typing.TryRemove(removed.Contact, out _);
                break;
            case NodeEvent.Messaging { What: MessengerEvent.Typing typing }:
                Mark(_typing, typing.Contact, typing.Active);
                break;
        }
    }

    private static void Mark(ConcurrentDictionary<AccountId, bool> set, AccountId contact, bool on)
    {
        if (on)
            set[contact] = true;
        else
            set.TryRemove(contact, out _);
    }
}
