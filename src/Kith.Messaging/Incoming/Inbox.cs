using System.Buffers;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Sessions;
using Kith.Messaging.Signal;
using Kith.Wire;

namespace Kith.Messaging.Incoming;

/// <summary>What arrives: opened, deduplicated, applied, acknowledged. Nothing that a peer sends makes it throw.</summary>
internal sealed class Inbox(
    Surroundings around, ContactBook contacts, EnvelopeDesk envelopes, SessionBook sessions, SessionRestarts restarts, ReceiptBatch receipts,
    ContentDesk contents, Introductions introductions)
{
    /// <summary>Messages taken from somebody whose request waits for the user: the request itself and a few words.</summary>
    public const int MaxEarlyMessages = 4;

    /// <summary>The largest envelope taken from them, bytes.</summary>
    public const int MaxEarlyEnvelope = 8192;

    private readonly ArrayBufferWriter<byte> _plaintext = new(1024);

    public void Receive(PeerOrigin from, ReadOnlySpan<byte> envelope)
    {
        if (!envelopes.TryOpen(from, envelope, out var contact, out var sender, out var inner) || contact?.Stage == ContactStage.Blocked)
            return;
        if (contact?.Identity is null)
        {
            ReceiveFirst(from, contact, sender, inner);
            return;
        }

        if (inner.Kind == EnvelopeKind.Receipt)
        {
            contents.Receipt(contact, inner);
            return;
        }

        var isEphemeral = inner.Id == EnvelopeDesk.Ephemeral;
        if (!isEphemeral && !IsWelcome(contact, envelope.Length))
            return;
        if (!isEphemeral && !around.Messages.TryMarkReceived(contact.Id, inner.Id, around.Now))
        {
            // Ours did not reach them: say again that we have it. The ratchet is not touched.
            receipts.Add(contact, inner.Id, inner.Kind == EnvelopeKind.PreKey);
            return;
        }

        _plaintext.ResetWrittenCount();
        var status = sessions.Decrypt(contact, (CiphertextKind)inner.Kind, inner.Ciphertext, _plaintext);
        if (status != DecryptStatus.Ok)
        {
            NotOpened(from, contact, inner.Id, isEphemeral, status);
            return;
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
            receipts.Add(contact, inner.Id, inner.Kind == EnvelopeKind.PreKey);
    }

    // Not yet accepted: bounded, refused before the ratchet moves, so that it can come again later.
    private static bool IsWelcome(Contact contact, int size) => contact.Stage switch
    {
        ContactStage.Request => contact.Record.EarlyMessages < MaxEarlyMessages && size <= MaxEarlyEnvelope,
        ContactStage.Dismissed => false,
        _ => true,
    };

    private void NotOpened(PeerOrigin from, Contact contact, MessageId id, bool isEphemeral, DecryptStatus status)
    {
        if (!isEphemeral)
            around.Messages.UnmarkReceived(contact.Id, id);
        else if (status == DecryptStatus.Duplicate)
            return;

        // Anybody can make an anonymous envelope in somebody's name: only what came over their own session costs a new one.
        if (from.TransportKey.Span.SequenceEqual(contact.Record.TransportKey.Span))
            restarts.Need(contact);
    }

    // From somebody whose identity we do not know yet. Only a request says who they are; until then nothing is kept.
    private void ReceiveFirst(PeerOrigin from, Contact? contact, AccountId sender, in EnvelopeContent inner)
    {
        if (inner.Kind != EnvelopeKind.PreKey || inner.Id == EnvelopeDesk.Ephemeral || inner.Ciphertext.Length > MaxEarlyEnvelope)
            return;
        _plaintext.ResetWrittenCount();
        var session = new SessionRecord();
        var result = sessions.DecryptFirst(session, inner.Ciphertext, _plaintext);
        if (result.Status != DecryptStatus.Ok
            || !ContentReader.TryRead(_plaintext.WrittenSpan, out var content) || content.KindCase != ContentMessage.KindOneofCase.Request
            || introductions.TryMeet(from, contact, sender, content.Request, result.RemoteIdentity) is not { } met)
            return;
        sessions.Adopt(met, session, result);
        around.Messages.TryMarkReceived(met.Id, inner.Id, around.Now);
        introductions.Requested(from, met, content.Request, content.SentAt);
        receipts.Add(met, inner.Id, startsSession: true);
    }
}
