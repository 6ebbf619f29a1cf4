using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Conversations;
using Kith.Messaging.Onion;
using Kith.Wire;

namespace Kith.Messaging.Outgoing;

/// <summary>How far our messages have come: waiting, sent, delivered, read. Each only ever forward, each only when it is true.</summary>
internal sealed class DeliveryStates(
    Surroundings around, SettingsBook settings, History history, Outbound outbound, Announcer announcer, Farewells farewells, ContactBook contacts, OnionDesk onion)
{
    /// <summary>Delivery handed items to a route.</summary>
    public void Transmitted(Contact contact, IReadOnlyList<MessageId> ids, RouteKind route)
    {
        foreach (var id in ids)
        {
            if (history.Find(contact.Id, id) is not { Row.FromMe: true } entry || entry.Row.State >= MessageState.Sent)
                continue;
            if (NeedsWriting(entry, route))
                entry = history.Save(WithWayAndTimer(entry, route));
            if (history.Raise(entry, MessageState.Sent) is { } sent)
                announcer.Changed(sent);
        }
    }

    /// <summary>Enough holders have these for the contact.</summary>
    public void Stored(Contact contact, IReadOnlyList<MessageId> ids)
    {
        foreach (var id in ids)
        {
            // Acknowledged or withdrawn meanwhile: nothing is left to say.
            if (around.Outbox.Find(id) is not { } item || item.Peer != contact.Id)
                continue;
            around.Outbox.Put(item.StoredOnceMore(around.Now));
            if (history.Find(contact.Id, id) is not { Row.FromMe: true } entry || entry.Row.State >= MessageState.Stored)
                continue;
            if (NeedsWriting(entry, RouteKind.Drop))
                entry = history.Save(WithWayAndTimer(entry, RouteKind.Drop));
            if (history.Raise(entry, MessageState.Stored) is { } stored)
                announcer.Changed(stored);
        }
    }

    /// <summary>A device of the contact has committed these.</summary>
    /// <param name="contact">Who says so.</param>
    /// <param name="ids">Which.</param>
    /// <param name="saidBy">How that came: what was not told to be anywhere yet has gone the same way.</param>
    public void Delivered(Contact contact, IReadOnlyList<MessageId> ids, RouteKind saidBy)
    {
        foreach (var id in ids)
            Acknowledge(contact, id, MessageState.Delivered, saidBy);
    }

    /// <summary>The contact has seen these. When the user wants no read receipts they are not shown either.</summary>
    /// <inheritdoc cref="Delivered"/>
    public void Read(Contact contact, IReadOnlyList<MessageId> ids, RouteKind saidBy)
    {
        foreach (var id in ids)
            Acknowledge(contact, id, settings.ReadReceipts ? MessageState.Read : MessageState.Delivered, saidBy);
    }

    private void Acknowledge(Contact contact, MessageId id, MessageState state, RouteKind saidBy)
    {
        if (history.Find(id) is { } entry)
        {
            // Only the receiver of a message of ours can say anything of it.
            if (entry.Row.Conversation != contact.Id || !entry.Row.FromMe)
                return;
            if (entry.Row.State < MessageState.Delivered)
            {
                // What took another way was noted before its receipt is looked at.
                var taken = entry.Row.State < MessageState.Sent && saidBy == RouteKind.Drop ? RouteKind.Drop : (RouteKind)entry.Body.Route;
                if (NeedsWriting(entry, taken))
                    entry = history.Save(WithWayAndTimer(entry, taken));
                outbound.Settle(contact, id);
            }

            if (history.Raise(entry, state) is { } raised)
                announcer.Changed(raised);
            return;
        }

        if (around.Outbox.Find(id) is not { } item || item.Peer != contact.Id)
            return;
        outbound.Settle(contact, id);
        farewells.Acknowledged(contact, id);
        onion.Acknowledged(contact, id.ToArray());
        if (contact.Ring is { Confirmed: false } ring && contact.Record.RequestId.Span.SequenceEqual(id.ToArray()))
        {
            contact.Ring = ring.Confirm();
            contacts.Change(contact);
        }
    }

    // How it went is what was so when it first went that way: what the user sets later says nothing of it.
    private bool TellsAnotherWay(HistoryEntry entry, RouteKind route) =>
        entry.Body.Route != (int)route
        || (entry.Row.State < MessageState.Sent && (entry.Body.Forwarders != ForwardersOf(route) || entry.Body.ThroughTor != IsHiddenByTor));

    private bool NeedsWriting(HistoryEntry entry, RouteKind route) =>
        TellsAnotherWay(entry, route) || (entry.Body.DisappearAfter > 0 && entry.Row.ExpiresAt is null);

    // The time of our own message runs from when it was first sent.
    private HistoryEntry WithWayAndTimer(HistoryEntry entry, RouteKind route)
    {
        if (TellsAnotherWay(entry, route))
        {
            entry.Body.Route = (int)route;
            entry.Body.Forwarders = ForwardersOf(route);
            entry.Body.ThroughTor = IsHiddenByTor;
        }

        return entry.Body.DisappearAfter == 0 || entry.Row.ExpiresAt is not null
            ? entry
            : entry with { Row = entry.Row with { ExpiresAt = around.Now + (long)entry.Body.DisappearAfter } };
    }

    private uint ForwardersOf(RouteKind route) => route == RouteKind.Forward ? (uint)settings.Forwarders : 0;

    // Under this setting alone; an exception is reached by Tor's own route.
    private bool IsHiddenByTor => settings.Privacy == PrivacyLevel.Onion;
}
