using Kith.Messaging.Accounts;
using Kith.Messaging.Sessions;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>Answers those who want to start a session with us.</summary>
internal sealed class BundleGiver(
    Surroundings around, AccountBook account, ContactBook contacts, InviteDesk invites, Admissions admissions, Introductions introductions, Profiles profiles,
    PreKeyBook preKeys, ContactRemoval removal)
{
    /// <summary>Answers for one account in one <see cref="Window"/>; more are told that we are busy.</summary>
    public const int MaxPerAccount = 10;

    /// <summary>Answers in one window for people without an invite, all together.</summary>
    public const int MaxForStrangers = 60;

    /// <summary>Milliseconds.</summary>
    public const long Window = 10 * 60 * 1000;

    /// <summary>Accounts counted at once; then counting begins anew.</summary>
    private const int MaxCounted = 4096;

    private readonly Dictionary<AccountId, int> _given = [];
    private int _givenToStrangers;
    private long _windowStart;

    public byte[]? Answer(PeerOrigin from, ReadOnlySpan<byte> bytes)
    {
        if (!BundleRequest.TryRead(bytes, out var request) || request.Requester == account.Id
            || !Profiles.IsOfSession(from, request.Devices.Devices[0]))
            return null;
        var contact = contacts.Find(request.Requester);
        if (contact?.Stage == ContactStage.Blocked)
            return null;
        if (!Count(request.Requester))
            return BundleAnswer.Refusal(BundleCode.Busy).Write();
        var code = Decide(from, contact, request, out var isStranger);
        if (code != BundleCode.Bundle)
            return BundleAnswer.Refusal(code).Write();
        contact = contacts.Find(request.Requester);
        if (contact is not null && !profiles.TryTakeDevices(from, contact, request.Devices.Encoded.Span))
            return null;
        return new BundleAnswer(BundleCode.Bundle, account.Devices.Encoded.ToArray(), preKeys.MakeBundle(oneTime: !isStranger)).Write();
    }

    private BundleCode Decide(PeerOrigin from, Contact? contact, BundleRequest request, out bool isStranger)
    {
        isStranger = false;
        if (contact?.Stage is ContactStage.Connected or ContactStage.Connecting or ContactStage.Refused or ContactStage.Admitted)
            return BundleCode.Bundle;
        if (request.Invite is { } id)
            return TryAdmit(from, contact, request, id);
        isStranger = true;
        if (contact?.Stage == ContactStage.Dismissed)
        {
            // Refused before, they ask again: that is a new request.
            removal.Remove(contact);
            contact = null;
        }

        if (contact is null && !contacts.HasRoomForRequests)
            return BundleCode.Busy;
        return ++_givenToStrangers <= MaxForStrangers ? BundleCode.Bundle : BundleCode.Busy;
    }

    private BundleCode TryAdmit(PeerOrigin from, Contact? contact, BundleRequest request, InviteId id)
    {
        if (invites.Find(id) is not { } invite
            || !InviteProof.Verify(invite.Secret.Span, from.HandshakeHash.Span, request.Requester, request.Proof))
            return BundleCode.Unknown;
        if (!Admissions.IsAdmitted(contact, invite))
        {
            switch (invite.StatusAt(around.Now))
            {
                case InviteStatus.Expired:
                    return BundleCode.Expired;
                case InviteStatus.UsedUp:
                    return BundleCode.UsedUp;
                case InviteStatus.Valid when contact is null && contacts.IsFull:
                    return BundleCode.Busy;
                default:
                    break;
            }
        }

        var wasRequest = contact?.Stage == ContactStage.Request;
        contact ??= contacts.Add(request.Requester, ContactStage.Admitted, Introductions.DefaultName(request.Requester));
        admissions.Admit(contact, invite);
        if (wasRequest)
        {
            introductions.Connect(contact);
        }
        else
        {
            contact.Stage = ContactStage.Admitted;
            contacts.Change(contact);
        }

        return BundleCode.Bundle;
    }

    private bool Count(AccountId requester)
    {
        var now = around.Now;
        if (now >= _windowStart + Window || now < _windowStart)
        {
            _given.Clear();
            _givenToStrangers = 0;
            _windowStart = now;
        }

        // Accounts cost nothing: whoever makes thousands of them must not reset what strangers are given in all.
        if (_given.Count >= MaxCounted)
            _given.Clear();

        _given[requester] = _given.GetValueOrDefault(requester) + 1;
        return _given[requester] <= MaxPerAccount;
    }
}
