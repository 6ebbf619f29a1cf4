using System.Buffers;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Signal;

namespace Kith.Messaging.Sessions;

/// <summary>The ratchets, one record per contact, in memory; written once per batch when they moved.</summary>
internal sealed class SessionBook(Surroundings around, AccountBook account, ContactBook contacts, PreKeyBook preKeys)
{
    /// <summary>The highest number, in its chain, of the first message that somebody new gets through: as many keys as a chain keeps.</summary>
    public const uint MaxFirstNumber = SkippedKeys.MaxKeys;

    /// <summary>The contact's session record, or null.</summary>
    public SessionRecord? Of(Contact contact)
    {
        if (contact.SessionRead)
            return contact.Session;
        contact.SessionRead = true;
        var stored = around.Records.Get(RecordKind.Session, contact.Id.ToArray());
        return contact.Session = stored is not null && SessionRecord.TryParse(stored, out var record) ? record : null;
    }

    public bool CanEncrypt(Contact contact) => Of(contact)?.HasUsableSession(around.Now) ?? false;

    public bool TryEncrypt(Contact contact, ReadOnlySpan<byte> plaintext, IBufferWriter<byte> output, out CiphertextKind kind)
    {
        kind = default;
        if (Of(contact) is not { } record || !SessionCipher.TryEncrypt(record, plaintext, around.Now, output, out kind))
            return false;
        MarkChanged(contact);
        return true;
    }

    /// <summary>Opens a message of a contact whose identity we know.</summary>
    public DecryptStatus Decrypt(Contact contact, CiphertextKind kind, ReadOnlySpan<byte> ciphertext, IBufferWriter<byte> plaintext)
    {
        var record = Of(contact) ?? new SessionRecord();
        var result = Decrypt(record, kind, ciphertext, contact.Identity, plaintext);
        if (result.Status == DecryptStatus.Ok)
            Adopt(contact, record, result);
        return result.Status;
    }

    /// <summary>Opens the first message of somebody: the caller decides by what it says whether to <see cref="Adopt"/> the session.</summary>
    /// <remarks>A stranger pays nothing for a high number, while each step up to it costs us a hash: more than <see cref="MaxFirstNumber"/> are not taken.</remarks>
    public DecryptResult DecryptFirst(SessionRecord record, ReadOnlySpan<byte> ciphertext, IBufferWriter<byte> plaintext) =>
        PreKeySignalMessage.TryParse(ciphertext, out var outer) == DecryptStatus.Ok && outer.IdentityKey != account.Identity.PublicKey
        && SignalMessage.TryParse(outer.Message, out var message) == DecryptStatus.Ok && message.Counter <= MaxFirstNumber
            ? Decrypt(record, CiphertextKind.PreKey, ciphertext, null, plaintext)
            : new DecryptResult(DecryptStatus.InvalidMessage, default, null);

    /// <summary>The session is the contact's, and the one-time prekeys it used are gone.</summary>
    public void Adopt(Contact contact, SessionRecord record, in DecryptResult result)
    {
        contact.Session = record;
        contact.SessionRead = true;
        MarkChanged(contact);
        if (result.NewSession is { } made)
            preKeys.Used(made);
    }

    /// <summary>Starts a session from a bundle that the peer's device list vouches for.</summary>
    public bool TryStart(Contact contact, PreKeyBundle bundle)
    {
        var record = Of(contact) ?? new SessionRecord();
        var status = SessionBuilder.ProcessBundle(
            record, account.Identity, account.Keys.Device.RegistrationId, bundle, contact.Identity, around.Random, around.Now);
        if (status != BundleStatus.Ok)
            return false;
        contact.Session = record;
        contact.SessionRead = true;
        MarkChanged(contact);
        return true;
    }

    /// <summary>Nothing more is written in the present session; late messages of it can still be read.</summary>
    public void PutAside(Contact contact)
    {
        if (Of(contact) is not { } record)
            return;
        record.ArchiveCurrent();
        MarkChanged(contact);
    }

    public void Save(Contact contact)
    {
        if (!contact.SessionChanged || contact.Session is null)
            return;
        contact.SessionChanged = false;
        around.Records.Put(RecordKind.Session, contact.Id.ToArray(), contact.Session.Serialize());
    }

    private DecryptResult Decrypt(
        SessionRecord record, CiphertextKind kind, ReadOnlySpan<byte> ciphertext, X25519PublicKey? identity, IBufferWriter<byte> plaintext) =>
        SessionCipher.Decrypt(record, kind, ciphertext, account.Identity, account.Keys.Device.RegistrationId, identity, preKeys, around.Random, plaintext);

    private void MarkChanged(Contact contact)
    {
        contact.SessionChanged = true;
        contacts.Visit(contact);
    }
}
