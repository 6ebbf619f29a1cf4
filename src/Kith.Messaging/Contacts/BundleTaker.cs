using Kith.Delivery;
using Kith.Messaging.Accounts;
using Kith.Messaging.Content;
using Kith.Messaging.Finding;
using Kith.Messaging.Outgoing;
using Kith.Messaging.Sessions;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>Asks others for their bundle and starts the session.</summary>
internal sealed class BundleTaker(
    Surroundings around, AccountBook account, ContactBook contacts, SessionBook sessions, SessionRestarts restarts, Introductions introductions, Profiles profiles,
    FindDesk finding, Outbound outbound)
{
    /// <summary>The request for a peer; null when none is needed any more.</summary>
    public byte[]? WriteRequest(AccountId peer, ReadOnlySpan<byte> handshakeHash)
    {
        if (contacts.Find(peer) is not { Record.WantsBundle: true, IsWanted: true } contact)
            return null;
        InviteId? invite = null;
        var proof = Array.Empty<byte>();
        if (contact.Stage == ContactStage.Connecting && !handshakeHash.IsEmpty && InviteId.TryRead(contact.Record.LinkInviteId.Span, out var id))
        {
            invite = id;
            proof = new byte[InviteProof.Size];
            InviteProof.Make(contact.Record.LinkInviteSecret.Span, handshakeHash, account.Id, proof);
        }

        return new BundleRequest(account.Id, invite, proof, account.Devices).Write();
    }

    public void Receive(AccountId peer, PeerOrigin from, ReadOnlySpan<byte> bytes)
    {
        if (contacts.Find(peer) is not { Record.WantsBundle: true, IsWanted: true } contact)
            return;
        if (!BundleAnswer.TryRead(bytes, out var answer))
            answer = BundleAnswer.Refusal(BundleCode.Busy);
        if (answer.Bundle is { } bundle)
        {
            var hadSession = sessions.Of(contact) is not null;
            if (TryStart(contact, from, answer.Devices, bundle))
            {
                // Restored from a backup: what they find us by may be newer than what we know of.
                if (!hadSession && contact.Stage == ContactStage.Connected)
                    finding.Renew(contact);
                return;
            }

            answer = BundleAnswer.Refusal(BundleCode.Busy);
        }

        contact.Record.WantsBundle = false;
        contacts.Change(contact);
        if (answer.Code != BundleCode.Busy && contact.Stage == ContactStage.Connecting)
            introductions.End(contact, Reason(answer.Code));
        else
            restarts.AskAt(contact, around.Now + SessionRestarts.BusyInterval);
    }

    /// <summary>Starts the session with somebody whose bundle stands where their link says: nobody is there to be asked.</summary>
    public bool TryStart(Contact contact, ReadOnlySpan<byte> standing) => BundleAnswer.TryRead(standing, out var answer) && answer.Bundle is { } bundle
        && TryStart(contact, new PeerOrigin(RouteKind.Drop, default, default), answer.Devices, bundle);

    private bool TryStart(Contact contact, PeerOrigin from, byte[] devices, Signal.PreKeyBundle bundle)
    {
        // The device list, signed by the account of the link, vouches for the identity; the identity for the prekeys.
        if (!profiles.TryTakeDevices(from, contact, devices) || contact.Identity != bundle.IdentityKey || !sessions.TryStart(contact, bundle))
            return false;
        Start(contact);
        return true;
    }

    private void Start(Contact contact)
    {
        contact.Record.WantsBundle = false;
        contacts.Change(contact);
        // One reset waits at most, as with acceptances.
        outbound.Withdraw(contact, contact.Record.ResetId);
        outbound.SealAll(contact, again: true);
        if (contact.Stage == ContactStage.Connecting)
            restarts.AskAt(contact, around.Now + SessionRestarts.StuckInterval);
        else
            contact.Record.ResetId = outbound.Enqueue(contact, new ContentMessage { Reset = new ResetContent() }).ToProto();
    }

    private static string Reason(BundleCode code) => code switch
    {
        BundleCode.Expired => "The link has expired: ask for a new one.",
        BundleCode.UsedUp => "The link has been used already: ask for a new one.",
        _ => "The link is not valid any more: ask for a new one.",
    };
}
