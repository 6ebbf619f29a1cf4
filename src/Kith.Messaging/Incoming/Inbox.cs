using System.Buffers;
using Kith.Delivery;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Drops;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Sessions;
using Kith.Messaging.Signal;
using Kith.Wire;

namespace Kith.Messaging.Incoming;

/// <summary>What arrives: opened, deduplicated, applied, acknowledged. Nothing that a peer sends makes it throw.</summary>
internal sealed class Inbox(
    Surroundings around, ContactBook contacts, EnvelopeDesk envelopes, SessionBook sessions, SessionRestarts restarts, ReceiptBatch receipts,
    ContentDesk contents, Introductions introductions, BundleCalls calls)
{
    /// <summary>Messages taken from somebody whose request waits for the user: the request itself and a few words.</summary>
    public const int MaxEarlyMessages = 4;

    /// <summary>The largest envelope taken from them, bytes.</summary>
    public const int MaxEarlyEnvelope = 8192;

    /// <summary>What came out of a box and cannot be opened makes a session start anew at most so often, milliseconds: what is left of the old one comes for days.</summary>
    public const long DropRestartPause = 24L * 60 * 60 * 1000;

    private readonly ArrayBufferWriter<byte> _plaintext = new(1024);

    public Reception Receive(PeerOrigin from, ReadOnlySpan<byte> envelope)
    {
        if (!envelopes.TryOpen(from, envelope, out var contact, out var sender, out var isPair, out var inner) || contact?.Stage == ContactStage.Blocked)
            return Reception.Done;
        if (contact?.Identity is null)
            return ReceiveFirst(from, contact, sender, inner);
        switch (inner.Kind)
        {
            case EnvelopeKind.Receipt:
                contents.Receipt(from, contact, inner);
                return Reception.Done;
            case EnvelopeKind.BundleRequest:
                calls.Requested(from, contact, inner);
                return Reception.Done;
            case EnvelopeKind.Bundle:
                calls.Answered(from, contact, inner);
                return Reception.Done;
            default:
                return ReceiveMessage(from, contact, isPair, inner, envelope.Length);
        }
    }

    private Reception ReceiveMessage(PeerOrigin from, Contact contact, bool isPair, in EnvelopeContent inner, int size)
    {
        var isEphemeral = inner.Id == EnvelopeDesk.Ephemeral;
        if (!isEphemeral && !IsWelcome(contact, size))
            return contact.Stage == ContactStage.Request ? Reception.Later : Reception.Done;
        if (!isEphemeral && !around.Messages.TryMarkReceived(contact.Id, inner.Id, around.Now))
        {
            // Ours did not reach them: say again that we have it. The ratchet is not touched.
            receipts.Add(contact, inner.Id, inner.Kind == EnvelopeKind.PreKey, from.Route);
            return Reception.Done;
        }

        _plaintext.ResetWrittenCount();
        var status = sessions.Decrypt(contact, (CiphertextKind)inner.Kind, inner.Ciphertext, _plaintext);
        if (status != DecryptStatus.Ok)
        {
            NotOpened(from, contact, isPair, inner.Id, status);
            return Reception.Done;
        }

        if (contact.Stage == ContactStage.Request && !isEphemeral)
        {
            contact.Record.EarlyMessages++;
            contacts.Change(contact);
        }

        // What cannot be read, or is of a later version, is acknowledged all the same: sending it again would not help.
        if (ContentReader.TryRead(_plaintext.WrittenSpan, out var content))
            contents.Apply(from, contact, inner.Id, content, isEphemeral);
        if (!isEphemeral && contacts.Find(contact.Id) == contact)
            receipts.Add(contact, inner.Id, inner.Kind == EnvelopeKind.PreKey, from.Route);
        return Reception.Done;
    }

    // Not yet accepted: bounded, refused before the ratchet moves, so that it can come again later.
    private static bool IsWelcome(Contact contact, int size) => contact.Stage switch
    {
        ContactStage.Request => contact.Record.EarlyMessages < MaxEarlyMessages && size <= MaxEarlyEnvelope,
        ContactStage.Dismissed => false,
        _ => true,
    };

    private void NotOpened(PeerOrigin from, Contact contact, bool isPair, MessageId id, DecryptStatus status)
    {
        if (id != EnvelopeDesk.Ephemeral)
            around.Messages.UnmarkReceived(contact.Id, id);
        else if (status == DecryptStatus.Duplicate)
            return;

        // Anybody can make an anonymous envelope in somebody's name: only what came over their own session, or under the pair's keys out of a box, costs a new one.
        if (from.Route == RouteKind.Drop
            ? isPair && contact.Record.BundleAskedAt + DropRestartPause <= around.Now
            : from.TransportKey.Span.SequenceEqual(contact.Record.TransportKey.Span))
            restarts.Need(contact);
    }

    // From somebody whose identity we do not know yet. Only a request says who they are; until then nothing is kept.
    private Reception ReceiveFirst(PeerOrigin from, Contact? contact, AccountId sender, in EnvelopeContent inner)
    {
        if (inner.Kind != EnvelopeKind.PreKey || inner.Id == EnvelopeDesk.Ephemeral || inner.Ciphertext.Length > MaxEarlyEnvelope)
            return Reception.Done;
        _plaintext.ResetWrittenCount();
        var session = new SessionRecord();
        var result = sessions.DecryptFirst(session, inner.Ciphertext, _plaintext);
        if (result.Status != DecryptStatus.Ok || !ContentReader.TryRead(_plaintext.WrittenSpan, out var content))
            return Reception.Done;

        // Boxes may give out of order what was written in order: the request may still come.
        if (content.KindCase != ContentMessage.KindOneofCase.Request)
            return Reception.Later;
        if (introductions.TryMeet(from, contact, sender, content.Request, result.RemoteIdentity) is not { } met)
            return contacts.HasRoomForRequests ? Reception.Done : Reception.Later;
        sessions.Adopt(met, session, result);
        around.Messages.TryMarkReceived(met.Id, inner.Id, around.Now);
        introductions.Requested(from, met, content.Request, content.SentAt);
        receipts.Add(met, inner.Id, startsSession: true, from.Route);
        return Reception.Done;
    }
}
