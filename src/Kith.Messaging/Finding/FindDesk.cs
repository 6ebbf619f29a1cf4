using Google.Protobuf;
using Kith.Crypto;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Outgoing;
using Kith.Wire;

namespace Kith.Messaging.Finding;

/// <summary>New find secrets: drawn, given to those whom the user chooses, taken from those who chose us (docs/protocol/messaging.md, "Being found").</summary>
internal sealed class FindDesk(Surroundings around, ContactBook contacts, Outbound outbound, Profiles profiles, LinkHiding links)
{
    public void Issue(IReadOnlyList<AccountId> chosen)
    {
        var wanted = chosen.Select(contacts.Get).ToHashSet();
        if (wanted.FirstOrDefault(contact => !contact.IsWritable) is { } stranger)
            throw new MessengerException(MessengerError.Conflict, $"{stranger.Record.Name} is no contact who could find you: choose others.");
        outbound.CheckRoom();
        foreach (var contact in contacts.All)
        {
            if (wanted.Contains(contact))
                Choose(contact);
            else if (contact.IsWritable || contact.Stage is ContactStage.Refused or ContactStage.Blocked)
                LeaveOut(contact);
        }

        links.Hide();
    }

    /// <summary>Draws one more secret for a contact who finds us by such, or may: they have forgotten it, or we may have.</summary>
    public void Renew(Contact contact)
    {
        if (contact.Record.Find is not { LeftOut: true })
            Give(contact);
    }

    /// <summary>They asked for everything again: what we gave them last may not have come through.</summary>
    public void Repeat(Contact contact)
    {
        if (contact.Record.Find is { LeftOut: false, Given.Count: > 0 } find)
            Send(contact, find, find.Given[0]);
    }

    /// <summary>They know nothing of us any more: secrets begin anew from what the pair has in common. Whom the user left out stays so.</summary>
    public void BeginAnew(Contact contact)
    {
        if (contact.Record.Find is not { } find)
            return;
        var gave = find.Given.Count > 0;
        find.Received.Clear();
        find.Forget();
        contacts.Change(contact);
        if (gave && !find.LeftOut)
            Give(contact);
    }

    public void Received(Contact contact, FindSecretContent content)
    {
        if (contact.Stage == ContactStage.Dismissed)
            return;
        var find = contact.Record.Find ??= new FindRecord();
        var highest = find.Receive(new IssuedSecret { Number = content.Number, Secret = content.Secret });

        // One answer waits at most, whatever comes.
        outbound.Withdraw(contact, find.TakenId);
        find.TakenId = outbound.Enqueue(contact, new ContentMessage { FindSecretTaken = new FindSecretTakenContent { Number = highest } }).ToProto();
        contacts.Change(contact);
    }

    public void Taken(Contact contact, FindSecretTakenContent content)
    {
        if (contact.Record.Find is not { Given.Count: > 0, LeftOut: false } find)
            return;
        if (content.Number > find.Given[0].Number)
        {
            // They have a higher one of ours than we know, and so took none of these: we were restored from a backup, with a clock that is behind.
            if (content.Number >= ContentLimits.MaxFindNumber)
                return;
            find.LastNumber = Math.Max(find.LastNumber, content.Number);
            find.Forget();
            Give(contact);
            return;
        }

        if (!find.Taken(content.Number))
            return;
        contacts.Change(contact);
    }

    private void Choose(Contact contact)
    {
        var find = contact.Record.Find ??= new FindRecord();
        var wasLeftOut = find.LeftOut;
        find.LeftOut = find.Reaching = false;
        Give(contact);
        if (!wasLeftOut)
            return;
        contacts.Touch(contact);
        around.Effects.PeerChanged(contact.Id, contact.Endpoint);
        if (contact.Stage == ContactStage.Connected)
            profiles.Tell(contact);
        outbound.Announce(contact);
    }

    private void LeaveOut(Contact contact)
    {
        var find = contact.Record.Find ??= new FindRecord();
        outbound.Withdraw(contact, find.GivenId);
        outbound.Withdraw(contact, contact.Record.ProfileId);
        find.Forget();
        find.GivenId = ByteString.Empty;
        find.LeftOut = true;
        find.Reaching = outbound.HasWaiting(contact);
        contacts.Change(contact);
        contacts.Touch(contact);
        if (contact.IsWanted && !contact.IsDialled)
            around.Effects.PeerChanged(contact.Id, null);
    }

    private void Give(Contact contact)
    {
        var find = contact.Record.Find ??= new FindRecord();
        Send(contact, find, find.HasRoom() ? find.Give(ByteString.CopyFrom(around.Random.NextBytes(FindKeys.Size)), around.Now) : find.Given[0]);
    }

    private void Send(Contact contact, FindRecord find, IssuedSecret secret)
    {
        // An older one that has not arrived is of no use any more.
        outbound.Withdraw(contact, find.GivenId);
        var content = new FindSecretContent { Number = secret.Number, Secret = secret.Secret };
        find.GivenId = outbound.Enqueue(contact, new ContentMessage { FindSecret = content }).ToProto();
        contacts.Change(contact);
    }
}
