using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Conversations;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Finding;
using Kith.Messaging.Outgoing;
using Kith.Wire;

namespace Kith.Messaging.Incoming;

/// <summary>Hands a content to whom it concerns.</summary>
internal sealed class ContentDesk(
    ReceivedMessages messages, ReceivedChanges changes, DeliveryStates states, TypingSigns typing, Introductions introductions, Profiles profiles,
    FindDesk finding, Resealing resealing)
{
    /// <summary>Receipts outside of the ratchet; anything but whole ids, and not too many, is dropped.</summary>
    public void Receipt(PeerOrigin from, Contact contact, in EnvelopeContent receipt)
    {
        var bytes = receipt.Ciphertext;
        if (bytes.Length % MessageId.Size != 0 || bytes.Length > ContentLimits.MaxReceiptIds * MessageId.Size)
            return;
        var ids = new MessageId[bytes.Length / MessageId.Size];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = MessageId.FromBytes(bytes.Slice(i * MessageId.Size, MessageId.Size));
        states.Delivered(contact, ids, from.Route);
    }

    public void Apply(PeerOrigin from, Contact contact, MessageId id, ContentMessage content, bool isEphemeral)
    {
        switch (content.KindCase)
        {
            case ContentMessage.KindOneofCase.Delivered:
                states.Delivered(contact, ContentReader.Ids(content.Delivered.Ids), from.Route);
                break;
            case ContentMessage.KindOneofCase.Typing when isEphemeral:
                typing.Received(contact, content.Typing.Active);
                break;
            case var _ when isEphemeral:
                // Everything else has an id: without one it could come twice.
                break;
            case ContentMessage.KindOneofCase.Text:
                messages.Text(from, contact, id, content);
                break;
            case ContentMessage.KindOneofCase.Disappearing:
                messages.Notice(from, contact, id, content);
                break;
            case ContentMessage.KindOneofCase.Edit:
                changes.Apply(contact, id, content.Edit.Target.ToMessageId(), content);
                break;
            case ContentMessage.KindOneofCase.Delete:
                changes.Apply(contact, id, content.Delete.Target.ToMessageId(), content);
                break;
            case ContentMessage.KindOneofCase.Reaction:
                changes.Apply(contact, id, content.Reaction.Target.ToMessageId(), content);
                break;
            case ContentMessage.KindOneofCase.Read:
                states.Read(contact, ContentReader.Ids(content.Read.Ids), from.Route);
                break;
            case ContentMessage.KindOneofCase.Request:
                introductions.Requested(from, contact, content.Request, content.SentAt);
                break;
            case ContentMessage.KindOneofCase.Accept:
                introductions.Accepted(from, contact, content.Accept, content.SentAt);
                break;
            case ContentMessage.KindOneofCase.Refusal:
                introductions.RefusedByThem(contact);
                break;
            case ContentMessage.KindOneofCase.Profile:
                profiles.Received(from, contact, content.Profile, content.SentAt);
                break;
            case ContentMessage.KindOneofCase.Reset:
                resealing.Need(contact);
                finding.Repeat(contact);
                break;
            case ContentMessage.KindOneofCase.FindSecret:
                finding.Received(contact, content.FindSecret);
                break;
            case ContentMessage.KindOneofCase.FindSecretTaken:
                finding.Taken(contact, content.FindSecretTaken);
                break;
        }
    }
}
