using Google.Protobuf;
using Kith.Crypto;
using Kith.Messaging.Content;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>Lets people in by an invite: each person takes one use, however often they ask.</summary>
internal sealed class Admissions(ContactBook contacts, InviteDesk invites, Surroundings around)
{
    /// <summary>The invite that a request proves, if it still lets somebody in (or let this person in before).</summary>
    public Invite? Check(AccountId sender, RequestContent request)
    {
        if (request.InviteId.IsEmpty || request.PairSecret.IsEmpty || !InviteId.TryRead(request.InviteId.Span, out var id) || invites.Find(id) is not { } invite
            || !InviteProof.Verify(invite.Secret.Span, Binding(request.PairSecret), sender, request.InviteProof.Span))
            return null;
        return IsAdmitted(contacts.Find(sender), invite) || (!invite.IsPublic && invite.StatusAt(around.Now) == InviteStatus.Valid) ? invite : null;
    }

    /// <summary>Notes who came by which invite, and counts it, once per person.</summary>
    public void Admit(Contact contact, Invite invite)
    {
        if (IsAdmitted(contact, invite))
            return;
        invites.Spend(invite);
        contact.Record.AdmittedBy = ByteString.CopyFrom(invite.Id.ToArray());
        contacts.Change(contact);
    }

    public static bool IsAdmitted(Contact? contact, Invite invite) => contact is not null && contact.Record.AdmittedBy.Span.SequenceEqual(invite.Id.ToArray());

    /// <summary>Inside an envelope there is no handshake hash: the request's own fresh secret takes its place.</summary>
    public static byte[] Binding(ByteString pairSecret)
    {
        var hash = new byte[Sha256.HashSize];
        Sha256.Hash(pairSecret.Span, hash);
        return hash;
    }
}
