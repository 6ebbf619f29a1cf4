using System.Buffers;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Signal;
using Kith.Wire;

namespace Kith.Messaging.Sessions;

/// <summary>Contents to envelopes and back: the ratchet inside, the envelope around it. Buffers are reused; nothing here is for several threads.</summary>
internal sealed class EnvelopeDesk(Surroundings around, AccountBook account, ContactBook contacts, SessionBook sessions)
{
    /// <summary>The id of what is sent once and never acknowledged.</summary>
    public static MessageId Ephemeral => default;

    private readonly EnvelopeSealer _sealer = new(around.Random);
    private readonly EnvelopeOpener _opener = new();
    private readonly ArrayBufferWriter<byte> _ciphertext = new(1024);

    /// <summary>Seals a content; null when there is no session to seal it in.</summary>
    public byte[]? TrySeal(Contact contact, MessageId id, ReadOnlySpan<byte> content)
    {
        _ciphertext.ResetWrittenCount();
        if (!sessions.TryEncrypt(contact, content, _ciphertext, out var kind))
            return null;
        var inner = new EnvelopeContent((EnvelopeKind)kind, id, account.Keys.Device.DeviceId, _ciphertext.WrittenSpan);
        if (SealingKeys(contact) is { } keys)
            return _sealer.SealPair(keys, inner);
        return contact.Devices is { } list && _sealer.TrySealAnonymous(contact.Id, list.Devices[0].EnvelopeKey, account.Id, inner, out var envelope)
            ? envelope
            : null;
    }

    /// <summary>Seals receipts, without the ratchet; null while the contact is not known to hold the pair's keys.</summary>
    public byte[]? TrySealReceipt(Contact contact, ReadOnlySpan<MessageId> ids)
    {
        if (SealingKeys(contact) is not { } keys)
            return null;
        _ciphertext.ResetWrittenCount();
        foreach (var id in ids)
        {
            id.CopyTo(_ciphertext.GetSpan(MessageId.Size));
            _ciphertext.Advance(MessageId.Size);
        }

        return _sealer.SealPair(keys, new EnvelopeContent(EnvelopeKind.Receipt, Ephemeral, account.Keys.Device.DeviceId, _ciphertext.WrittenSpan));
    }

    /// <summary>Seals what is no ratchet's message (a bundle, or a call for one); null while the contact is not known to hold the pair's keys.</summary>
    public byte[]? TrySealPlain(Contact contact, EnvelopeKind kind, MessageId id, ReadOnlySpan<byte> bytes) =>
        SealingKeys(contact) is { } keys ? _sealer.SealPair(keys, new EnvelopeContent(kind, id, account.Keys.Device.DeviceId, bytes)) : null;

    /// <summary>
    /// Opens an envelope: of the session's peer, else of any contact, else the anonymous form. <paramref name="contact"/> is null when an anonymous sender is
    /// nobody we know.
    /// </summary>
    /// <param name="from">Where it came from.</param>
    /// <param name="envelope">What came.</param>
    /// <param name="contact">Who sent it, or says so.</param>
    /// <param name="sender">Their account.</param>
    /// <param name="isPair">Whether the pair's keys prove it.</param>
    /// <param name="content">What was inside; valid until the next call.</param>
    public bool TryOpen(PeerOrigin from, ReadOnlySpan<byte> envelope, out Contact? contact, out AccountId sender, out bool isPair, out EnvelopeContent content)
    {
        isPair = true;
        contact = contacts.FindByTransportKey(from.TransportKey.Span);
        if (contact is not null && TryOpenPair(contact, envelope, out content))
        {
            sender = contact.Id;
            return true;
        }

        foreach (var other in contacts.All)
        {
            if (other == contact || !TryOpenPair(other, envelope, out content))
                continue;
            contact = other;
            sender = other.Id;
            return true;
        }

        isPair = false;
        if (!_opener.TryOpenAnonymous(account.Id, account.Keys.Device.Envelope, envelope, out sender, out content))
            return false;
        contact = contacts.Find(sender);

        // Anybody can write a contact's name into an anonymous envelope; trying it in the ratchet costs something. Over a session the contact's own key is the other end.
        return contact?.Identity is null || from.TransportKey.IsEmpty || from.TransportKey.Span.SequenceEqual(contact.Record.TransportKey.Span);
    }

    private bool TryOpenPair(Contact contact, ReadOnlySpan<byte> envelope, out EnvelopeContent content)
    {
        content = default;
        if (contact.Ring is not { } ring)
            return false;
        if (_opener.TryOpenPair(NewestKeys(contact, ring), envelope, out content))
        {
            if (!ring.Confirmed)
            {
                // They use it, so they have it.
                contact.Ring = ring.Confirm();
                contacts.Change(contact);
            }

            return true;
        }

        return OlderKeys(contact, ring) is { } older && _opener.TryOpenPair(older, envelope, out content);
    }

    private PairKeys? SealingKeys(Contact contact) => contact.Ring switch
    {
        null => null,
        { Confirmed: true } ring => NewestKeys(contact, ring),
        var ring => OlderKeys(contact, ring),
    };

    private PairKeys NewestKeys(Contact contact, PairRing ring) =>
        contact.NewestKeys ??= PairKeys.Derive(ring.Newest, account.Id, contact.Id);

    private PairKeys? OlderKeys(Contact contact, PairRing ring) =>
        contact.OlderKeys ??= ring.Older is null ? null : PairKeys.Derive(ring.Older, account.Id, contact.Id);
}
