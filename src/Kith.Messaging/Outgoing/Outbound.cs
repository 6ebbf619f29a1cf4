using Google.Protobuf;
using Kith.Delivery;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Conversations;
using Kith.Messaging.Sessions;
using Kith.Wire;

namespace Kith.Messaging.Outgoing;

/// <summary>Puts contents into the outbox, sealed when there is a session, and seals what waits when a session starts (anew).</summary>
internal sealed class Outbound(Surroundings around, ContactBook contacts, History history, EnvelopeDesk envelopes, SessionBook sessions, SessionRestarts restarts)
{
    /// <summary>Messages that may wait in all; more are refused with a sentence.</summary>
    public const int MaxWaiting = 200_000;

    private const int Page = 64;

    private int? _waiting;

    /// <summary>Unix milliseconds.</summary>
    public long Now => around.Now;

    public int Waiting => _waiting ??= around.Outbox.Count();

    /// <exception cref="MessengerException">The outbox is full.</exception>
    public void CheckRoom()
    {
        if (Waiting >= MaxWaiting)
            throw new MessengerException(MessengerError.Conflict, $"{MaxWaiting} messages wait to be delivered already: this one was not taken.");
    }

    /// <summary>Enqueues a content that has no row in the history.</summary>
    public MessageId Enqueue(Contact contact, ContentMessage content)
    {
        var id = around.NewMessageId();
        content.SentAt = (ulong)around.Now;
        var bytes = content.ToByteArray();
        Put(contact, id, bytes, bytes, RouteKind.Auto);
        return id;
    }

    /// <summary>Enqueues what a row of the history says: the item holds no copy, it is read from the row when it has to be sealed again.</summary>
    public void EnqueueRow(Contact contact, HistoryEntry entry, RouteKind route)
    {
        Put(contact, entry.Id, RowContent.Of(entry).ToByteArray(), default, route);
        if (contact.IsDialled || !contact.IsWanted || contact.Record.Find is not { } find)
            return;

        // They are to find us no more, yet the user writes to them: then we go to them, until it is delivered.
        find.Reaching = true;
        contacts.Change(contact);
        around.Effects.PeerChanged(contact.Id, contact.Endpoint);
        Announce(contact);
    }

    public bool HasWaiting(Contact contact) => around.Outbox.Load(contact.Id, -1, 1).Count > 0;

    /// <summary>What waits under an id and has no row in the history; null when it does not wait any more.</summary>
    public ContentMessage? Find(Contact contact, ByteString id) =>
        id.Length == MessageId.Size && around.Outbox.Find(id.ToMessageId()) is { Content.IsEmpty: false } item && item.Peer == contact.Id ? ContentMessage.Parser.ParseFrom(item.Content.Span) : null;

    /// <summary>Puts another content in the place of one that waits; false when it does not wait any more.</summary>
    public bool TryReplace(Contact contact, MessageId id, ContentMessage content)
    {
        if (around.Outbox.Find(id) is not { } item || item.Peer != contact.Id)
            return false;
        content.SentAt = (ulong)around.Now;
        var bytes = content.ToByteArray();
        var envelope = envelopes.TrySeal(contact, id, bytes);
        var replaced = item.Sealed(Memory(envelope)) with { Content = bytes };
        around.Outbox.Put(replaced);
        around.Effects.Enqueued(replaced);
        if (envelope is null)
            restarts.Need(contact);
        return true;
    }

    /// <summary>Tells delivery once more what waits for a contact: after it was not wanted for a while.</summary>
    public void Announce(Contact contact)
    {
        long after = -1;
        while (around.Outbox.Load(contact.Id, after, Page) is { Count: > 0 } page)
        {
            after = page[^1].Sequence;
            foreach (var item in page)
                around.Effects.Enqueued(item);
        }
    }

    /// <summary>Sends a content once, if the contact is reachable now; nobody acknowledges it.</summary>
    public bool TrySendOnce(Contact contact, ContentMessage content, RouteKind otherwise = RouteKind.Direct)
    {
        content.SentAt = (ulong)around.Now;
        if (envelopes.TrySeal(contact, EnvelopeDesk.Ephemeral, content.ToByteArray()) is not { } envelope)
            return false;
        around.Effects.SendOnce(contact.Id, envelope, otherwise);
        return true;
    }

    /// <summary>Says once that these have been committed, if the contact is reachable now. Outside of the ratchet where the contact can tell whose word it is.</summary>
    /// <param name="contact">Who wrote them.</param>
    /// <param name="ids">Which.</param>
    /// <param name="cameBy">How the one of them came that took the longest way: so may this go.</param>
    public void SendReceipt(Contact contact, ReadOnlySpan<MessageId> ids, RouteKind cameBy)
    {
        if (envelopes.TrySealReceipt(contact, ids) is { } envelope)
            around.Effects.SendOnce(contact.Id, envelope, cameBy);
        else
            SendRatchetReceipt(contact, ids, cameBy);
    }

    /// <summary>The same in the ratchet: what answers the first messages of a session, so that the other side knows that it stands.</summary>
    /// <param name="contact">Who wrote them.</param>
    /// <param name="ids">Which.</param>
    /// <param name="cameBy">How the one of them came that took the longest way: so may this go.</param>
    public void SendRatchetReceipt(Contact contact, ReadOnlySpan<MessageId> ids, RouteKind cameBy)
    {
        var receipt = new IdsContent();
        foreach (var id in ids)
            receipt.Ids.Add(id.ToProto());
        TrySendOnce(contact, new ContentMessage { Delivered = receipt }, cameBy);
    }

    /// <summary>The row is about to go: what still has to be delivered is kept by the outbox itself.</summary>
    public void KeepContent(HistoryEntry entry)
    {
        if (around.Outbox.Find(entry.Id) is { Content.IsEmpty: true } item)
            around.Outbox.Put(item with { Content = RowContent.Of(entry).ToByteArray() });
    }

    /// <summary>Removes an item for good; false when it is not this contact's, or not there.</summary>
    public bool Settle(Contact contact, MessageId id)
    {
        // The owner was checked by the caller when the history knows the message; else the item itself tells.
        if (!around.Outbox.Remove(id))
            return false;
        _waiting = Waiting - 1;
        around.Effects.Settled(contact.Id, id);
        if (contact.Record.Find is { LeftOut: true, Reaching: true } find && !HasWaiting(contact))
        {
            find.Reaching = false;
            contacts.Change(contact);
            around.Effects.PeerChanged(contact.Id, null);
        }

        return true;
    }

    /// <summary>Takes back an item that is out of date, or whose receiver is gone.</summary>
    public void Withdraw(Contact contact, ByteString id)
    {
        if (id.Length == MessageId.Size)
            Settle(contact, id.ToMessageId());
    }

    public void WithdrawAll(Contact contact)
    {
        while (around.Outbox.Load(contact.Id, -1, Page) is { Count: > 0 } page)
        {
            foreach (var item in page)
                Settle(contact, item.Id);
        }
    }

    /// <summary>
    /// Seals what is unacknowledged, in order, in the session that there is now: all of it <paramref name="again"/>, or what was not sealed yet. The ids stay: the
    /// receiver shows each once.
    /// </summary>
    public void SealAll(Contact contact, bool again)
    {
        long after = -1;
        while (sessions.CanEncrypt(contact) && around.Outbox.Load(contact.Id, after, Page) is { Count: > 0 } page)
        {
            foreach (var item in page)
            {
                after = item.Sequence;
                if (again || item.Envelope is null)
                    SealAgain(contact, item);
            }
        }
    }

    // Spelled out: the conversions of a null array, and of null itself, are an empty memory, not none.
    private static ReadOnlyMemory<byte>? Memory(byte[]? envelope) => envelope is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(envelope);

    private void SealAgain(Contact contact, OutboxItem item)
    {
        var content = item.Content;
        if (content.IsEmpty && history.Find(contact.Id, item.Id) is { } entry)
            content = RowContent.Of(entry).ToByteArray();
        if (content.IsEmpty)
        {
            // Its row is gone and it kept no copy: nothing is left that could be delivered.
            Settle(contact, item.Id);
            return;
        }

        if (envelopes.TrySeal(contact, item.Id, content.Span) is not { } envelope)
            return;
        var resealed = item.Sealed(envelope);
        around.Outbox.Put(resealed);
        around.Effects.Enqueued(resealed);
    }

    private void Put(Contact contact, MessageId id, ReadOnlySpan<byte> content, ReadOnlyMemory<byte> kept, RouteKind route)
    {
        var envelope = envelopes.TrySeal(contact, id, content);
        var item = new OutboxItem(id, contact.Id, around.Outbox.NextSequence(), kept, Memory(envelope), route, around.Now);
        around.Outbox.Put(item);
        _waiting = Waiting + 1;
        around.Effects.Enqueued(item);
        if (envelope is null)
            restarts.Need(contact);
        contacts.Visit(contact);
    }
}
