using Google.Protobuf;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Content;
using Kith.Messaging.Conversations;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Finding;
using Kith.Messaging.Outgoing;
using Kith.Messaging.Sessions;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>How two people come to know each other, on the receiving side of requests, acceptances and refusals (docs/protocol/messaging.md).</summary>
internal sealed class Introductions(
    Surroundings around, ContactBook contacts, ConversationBook conversations, Profiles profiles, Admissions admissions, Outbound outbound,
    SessionRestarts restarts, FindDesk finding, Announcer announcer)
{
    /// <summary>
    /// Somebody whose identity we did not know sent a request: it counts only when the account's device list names the identity that the session was made with,
    /// and the session's other end where there is one. Null: nothing is kept.
    /// </summary>
    public Contact? TryMeet(PeerOrigin from, Contact? contact, AccountId sender, RequestContent request, X25519PublicKey identity)
    {
        if (!DeviceList.TryRead(request.DeviceList.Span, sender, out var list)
            || list.Devices[0].IdentityKey != identity
            || !Profiles.IsOfSession(from, list.Devices[0]))
            return null;
        if (contact is null)
        {
            var invite = admissions.Check(sender, request);
            if (contacts.IsFull || (invite is null && !contacts.HasRoomForRequests))
                return null;
            contact = contacts.Add(sender, ContactStage.Request, DefaultName(sender));
            contact.Record.EarlyMessages = 1;
            if (invite is not null)
                admissions.Admit(contact, invite);
        }

        return profiles.TryTakeDevices(from, contact, request.DeviceList.Span) ? contact : null;
    }

    /// <summary>A contact request, its sender's identity proved.</summary>
    public void Requested(PeerOrigin from, Contact contact, RequestContent request, ulong sentAt)
    {
        if (!profiles.TryTakeDevices(from, contact, request.DeviceList.Span))
            return;
        profiles.TakeName(contact, request.Name);
        profiles.TakeAddresses(contact, request.Addresses, sentAt);
        TakePairSecret(contact, request.PairSecret.Span);
        contacts.Change(contact);
        announcer.Touch(contact);
        switch (contact.Stage)
        {
            case ContactStage.Connected:
                BeginAnew(contact);
                break;
            case ContactStage.Request:
                if (admissions.Check(contact.Id, request) is { } invite)
                {
                    admissions.Admit(contact, invite);
                    Connect(contact);
                }

                break;
            case ContactStage.Connecting:
                Connect(contact);
                break;
            default:
                finding.BeginAnew(contact);
                Connect(contact);
                break;
        }
    }

    /// <summary>They took us.</summary>
    public void Accepted(PeerOrigin from, Contact contact, AcceptContent accept, ulong sentAt)
    {
        if (contact.Stage is not (ContactStage.Connecting or ContactStage.Connected))
            return;
        profiles.TryTakeDevices(from, contact, accept.DeviceList.Span);
        profiles.TakeName(contact, accept.Name);
        profiles.TakeAddresses(contact, accept.Addresses, sentAt);

        // They have a history with us that we have not: what it ends with is no gap.
        var conversation = conversations.Change(contact);
        foreach (var head in accept.Heads)
        {
            if (!conversation.TryDepth(head.Id, out _))
                conversation.Forget(head.Id.ToMessageId(), (long)conversation.Record.BaseDepth);
        }

        if (contact.Stage != ContactStage.Connecting)
            return;
        Enter(contact);
        profiles.TellAfterAcceptance(contact);
    }

    public void RefusedByThem(Contact contact)
    {
        if (contact.Stage == ContactStage.Connecting)
            End(contact, $"{contact.Record.Name} did not accept your request.");
    }

    /// <summary>Our attempt is over, for a reason that the user sees.</summary>
    public void End(Contact contact, string reason)
    {
        contact.Stage = ContactStage.Refused;
        contact.Record.Reason = reason;
        contact.Record.WantsBundle = false;
        contacts.Change(contact);
        restarts.Forget(contact);
        outbound.WithdrawAll(contact);
        around.Effects.PeerChanged(contact.Id, null);
        announcer.Touch(contact);
    }

    /// <summary>Both sides know each other from now on, and they are told.</summary>
    public void Connect(Contact contact)
    {
        Enter(contact);
        outbound.Withdraw(contact, contact.Record.AcceptId);
        contact.Record.AcceptId = outbound.Enqueue(contact, Acceptance(contact, [])).ToProto();
        outbound.SealAll(contact, again: false);
    }

    /// <summary>What a contact is called until they told their name.</summary>
    public static string DefaultName(AccountId id) => $"Contact {id.ToString()[..8]}";

    private void Enter(Contact contact)
    {
        contact.Stage = ContactStage.Connected;
        contact.Record.Reason = string.Empty;

        // Hidden until now, its name was not held against anybody's.
        contact.Record.Name = contacts.UniqueName(contact.Record.Name, contact);
        contact.Record.WantsBundle = false;
        contacts.Change(contact);
        restarts.Forget(contact);
        if (contact.IsDialled)
            around.Effects.PeerChanged(contact.Id, contact.Endpoint);
        announcer.Touch(contact);
    }

    // A contact asks again: they have forgotten us. Their messages begin at the start; ours go on, so theirs are put after what is here.
    private void BeginAnew(Contact contact)
    {
        var conversation = conversations.Change(contact);
        conversation.Record.BaseDepth = conversation.Record.MaxDepth;

        // One acceptance waits at most: whoever asks again and again, and acknowledges nothing, must not fill the outbox.
        outbound.Withdraw(contact, contact.Record.AcceptId);
        outbound.SealAll(contact, again: true);
        finding.BeginAnew(contact);
        contact.Record.AcceptId = outbound.Enqueue(contact, Acceptance(contact, conversation.Parents())).ToProto();
    }

    private ContentMessage Acceptance(Contact contact, IReadOnlyList<PlacedId> heads)
    {
        var accept = new AcceptContent { DeviceList = profiles.OwnDevices, Name = profiles.OwnName };
        accept.Addresses.AddRange(profiles.OwnAddresses(contact));
        accept.Heads.AddRange(heads.Select(head => new KnownHead { Id = head.Id, Depth = head.Depth }));
        return new ContentMessage { Accept = accept };
    }

    private static void TakePairSecret(Contact contact, ReadOnlySpan<byte> bytes)
    {
        if (!PairSecret.TryRead(bytes, out var secret))
            return;
        if (contact.Ring is not { } ring)
            contact.Ring = new PairRing(secret, null, Confirmed: true);
        else if (contact.Stage == ContactStage.Connected)
            contact.Ring = secret.IsSame(ring.Newest) ? ring.Confirm() : new PairRing(secret, ring.Newest, Confirmed: true);
        else if (ring.TryAccept(secret, out var next))
            contact.Ring = next;
    }
}
