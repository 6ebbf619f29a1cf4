using Google.Protobuf;
using Kith.Crypto;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Signal;
using Kith.Wire;

namespace Kith.Messaging.Tests.World;

/// <summary>Seals anything in a person's name, with their own keys: what a hostile contact with a changed program could send.</summary>
internal static class Forger
{
    private static byte _nextId = 1;

    public static MessageId NewId() => MessageId.FromBytes([.. Enumerable.Repeat(_nextId++, MessageId.Size)]);

    public static byte[] Seal(Person from, Person to, ContentMessage content, MessageId? id = null) => Seal(from, to, content.ToByteArray(), id);

    public static byte[] Seal(Person from, Person to, byte[] content, MessageId? id = null)
    {
        byte[] envelope = [];
        from.Batch(_ =>
        {
            var key = to.Id.ToArray();
            Assert.True(SessionRecord.TryParse(from.Stores.Records.Get(RecordKind.Session, key), out var session));
            var message = SessionCipher.Encrypt(session, content, from.Clock.Now)!.Value;
            from.Stores.Records.Put(RecordKind.Session, key, session.Serialize());
            envelope = Wrap(from, to, (EnvelopeKind)message.Kind, id ?? NewId(), message.Bytes);
            from.Messenger.Reload();
        });
        return envelope;
    }

    /// <summary>A receipt outside of the ratchet that holds any bytes.</summary>
    public static byte[] SealReceipt(Person from, Person to, params byte[] ids)
    {
        byte[] envelope = [];
        from.Batch(_ => envelope = Wrap(from, to, EnvelopeKind.Receipt, default, ids));
        return envelope;
    }

    /// <summary>Anything in an envelope of the pair.</summary>
    public static byte[] Wrap(Person from, Person to, EnvelopeKind kind, MessageId id, byte[] bytes)
    {
        var contact = ContactRecord.Parser.ParseFrom(from.Stores.Records.Get(RecordKind.Contact, to.Id.ToArray()));
        var reader = new WireReader(contact.PairRing.Span);
        Assert.True(PairRing.TryRead(ref reader, out var ring));
        var keys = PairKeys.Derive(ring.Sealing!, from.Id, to.Id);
        return new EnvelopeSealer(SystemRandom.Instance).SealPair(keys, new EnvelopeContent(kind, id, 1, bytes));
    }

    public static ContentMessage Text(string text, ulong depth = 1, ulong sentAt = 0, params MessageId[] parents)
    {
        var place = new Place { Depth = depth };
        place.Parents.AddRange(parents.Select(parent => parent.ToProto()));
        return new ContentMessage { SentAt = sentAt, Text = new TextContent { Text = ByteString.CopyFromUtf8(text), Place = place } };
    }
}
