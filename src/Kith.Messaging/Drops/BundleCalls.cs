using Google.Protobuf;
using Kith.Delivery;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Sessions;
using Kith.Wire;

namespace Kith.Messaging.Drops;

/// <summary>
/// A new session with a contact who is never there when we are: the request for a bundle is left in the pair's box, and so is the answer. The keys of the pair prove
/// both; an answer counts only under the id of a call that we made, so that an old one cannot be put in its place.
/// </summary>
internal sealed class BundleCalls(Surroundings around, AccountId self, ContactBook contacts, EnvelopeDesk envelopes, BundleTaker taker, BundleGiver giver)
{
    /// <summary>Nobody answered by then, milliseconds: the call may be lost.</summary>
    public const long Pause = 24L * 60 * 60 * 1000;

    /// <summary>Calls whose answers are still taken.</summary>
    public const int MaxCalls = 8;

    private readonly HashSet<Contact> _waiting = [];

    public long? NextDeadline => _waiting.Count == 0 ? null : _waiting.Min(DueAt);

    /// <summary>Something of a contact has changed.</summary>
    public void Notice(Contact contact)
    {
        if (IsWaiting(contact))
            _waiting.Add(contact);
        else
            _waiting.Remove(contact);
    }

    /// <summary>At the start of the node.</summary>
    public void Resume()
    {
        foreach (var contact in contacts.All)
            Notice(contact);
    }

    public void Forget(Contact contact) => _waiting.Remove(contact);

    public void Tick()
    {
        foreach (var contact in _waiting.Where(contact => DueAt(contact) <= around.Now).ToArray())
            Call(contact);
    }

    /// <summary>Somebody left a request for us.</summary>
    public void Requested(PeerOrigin from, Contact contact, in EnvelopeContent call)
    {
        if (contact.Stage != ContactStage.Connected || call.Id == EnvelopeDesk.Ephemeral
            || !BundleRequest.TryRead(call.Ciphertext, out var request) || request.Requester != contact.Id
            || !around.Messages.TryMarkReceived(contact.Id, call.Id, around.Now)
            || giver.Answer(from, call.Ciphertext) is not { } answer
            || envelopes.TrySealPlain(contact, EnvelopeKind.Bundle, call.Id, answer) is not { } envelope)
            return;
        around.Effects.SendOnce(contact.Id, envelope, RouteKind.Drop);
    }

    /// <summary>The answer to a call of ours.</summary>
    public void Answered(PeerOrigin from, Contact contact, in EnvelopeContent answer)
    {
        if (!contact.Record.BundleCalls.Contains(answer.Id.ToProto()))
            return;
        taker.Receive(contact.Id, from, answer.Ciphertext);
        if (contact.Record.WantsBundle)
            return;
        contact.Record.BundleCalls.Clear();
        contact.Record.BundleCalledAt = 0;
        contacts.Change(contact);
    }

    private static bool IsWaiting(Contact contact) =>
        contact is { Stage: ContactStage.Connected, Record.WantsBundle: true, Ring.Sealing: not null };

    private static long DueAt(Contact contact) =>
        Math.Max(contact.Record.BundleAskedAt + BoxBook.Patience, contact.Record.BundleCalledAt == 0 ? 0 : contact.Record.BundleCalledAt + Pause);

    private void Call(Contact contact)
    {
        _waiting.Remove(contact);
        if (contacts.Find(contact.Id) != contact || !IsWaiting(contact) || contact.Id == self || taker.WriteRequest(contact.Id, []) is not { } request)
            return;
        var id = around.NewMessageId();
        if (envelopes.TrySealPlain(contact, EnvelopeKind.BundleRequest, id, request) is not { } envelope)
            return;
        contact.Record.BundleCalls.Insert(0, id.ToProto());
        while (contact.Record.BundleCalls.Count > MaxCalls)
            contact.Record.BundleCalls.RemoveAt(contact.Record.BundleCalls.Count - 1);
        contact.Record.BundleCalledAt = around.Now;
        contacts.Change(contact);
        around.Effects.SendOnce(contact.Id, envelope, RouteKind.Drop);
    }
}
