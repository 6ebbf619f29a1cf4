using Google.Protobuf;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Content;
using Kith.Messaging.Conversations;
using Kith.Messaging.Tests.World;
using Kith.Wire;

namespace Kith.Messaging.Tests.Hostile;

/// <summary>A contact whose program does what it likes. Each case: it is refused, and the conversation goes on.</summary>
public sealed class HostileContactTests
{
    private static void Receive(Pair pair, ContentMessage content, MessageId? id = null) =>
        pair.Net.Deliver(pair.Bob, pair.Alice, Forger.Seal(pair.Bob, pair.Alice, content, id));

    private static void GoesOn(Pair pair)
    {
        pair.Bob.Effects.Once.Clear();
        pair.Alice.Say(pair.Bob, "still here?");
        pair.Net.Run();
        pair.Bob.Say(pair.Alice, "yes");
        pair.Net.Run();
        Assert.Equal("yes", pair.Alice.Last(pair.Bob).Text);
        Assert.Equal(0, pair.Alice.Outbox.Count() + pair.Bob.Outbox.Count());
    }

    private static byte[] Altered(byte[] bytes)
    {
        bytes[^1] ^= 1;
        return bytes;
    }

    [Fact]
    public void EditAndDeleteOfOurMessage_AreIgnored()
    {
        using var pair = new Pair();
        var mine = pair.Alice.Say(pair.Bob, "mine");
        pair.Net.Run();
        Receive(pair, new ContentMessage { Edit = new EditContent { Target = mine.Id.ToProto(), Text = ByteString.CopyFromUtf8("forged"), Counter = 9 } });
        Receive(pair, new ContentMessage { Delete = new DeleteContent { Target = mine.Id.ToProto() } });
        Assert.Equal("mine", pair.Alice.Last(pair.Bob).Text);
        Assert.False(pair.Alice.Last(pair.Bob).Deleted);
        GoesOn(pair);
    }

    [Fact]
    public void TakenId_OverwritesNothing()
    {
        using var pair = new Pair();
        using var carol = new Person("Carol", 70, pair.Alice.Clock);
        var net = new Net(pair.Alice, pair.Bob, carol);
        var link = carol.Batch(messenger => messenger.CreateLink(1, null)).Link;
        pair.Alice.Batch(messenger => messenger.AddContact(link, null));
        net.Run();
        var mine = pair.Alice.Say(pair.Bob, "mine");
        var toCarol = pair.Alice.Say(carol, "for Carol");
        net.Run();
        Receive(pair, Forger.Text("over yours"), mine.Id);
        Receive(pair, Forger.Text("over hers"), toCarol.Id);
        Assert.Equal("mine", pair.Alice.Messenger.Message(mine.Id)!.Text);
        Assert.Equal("for Carol", pair.Alice.Messenger.Message(toCarol.Id)!.Text);

        // Nor can one contact speak of what was said to another.
        Receive(pair, new ContentMessage { Reaction = new ReactionContent { Target = toCarol.Id.ToProto(), Emoji = ByteString.CopyFromUtf8("x"), Counter = 1 } });
        Assert.Empty(pair.Alice.Messenger.Message(toCarol.Id)!.Reactions);
        GoesOn(pair);
    }

    [Fact]
    public void ReceiptsForWhatIsNotTheirs_ChangeNothing()
    {
        using var pair = new Pair();
        using var carol = new Person("Carol", 71, pair.Alice.Clock);
        var net = new Net(pair.Alice, pair.Bob, carol);
        var link = carol.Batch(messenger => messenger.CreateLink(1, null)).Link;
        pair.Alice.Batch(messenger => messenger.AddContact(link, null));
        net.Run();
        net.Offline.Add(carol);
        var toCarol = pair.Alice.Say(carol, "for Carol");
        pair.Alice.Batch(messenger => messenger.EditText(carol.Id, toCarol.Id, "for Carol!"));
        var waiting = pair.Alice.Outbox.Load(carol.Id, -1, 10);
        var receipt = new IdsContent();
        receipt.Ids.AddRange(waiting.Select(item => item.Id.ToProto()));
        Receive(pair, new ContentMessage { Delivered = receipt }, default(MessageId));
        Receive(pair, new ContentMessage { Read = receipt });
        Assert.Equal(2, pair.Alice.Outbox.Count());
        Assert.Equal(MessageState.Waiting, pair.Alice.Messenger.Message(toCarol.Id)!.State);

        // A state that would be for one's own message means nothing either.
        var theirs = pair.Bob.Say(pair.Alice, "theirs");
        pair.Net.Run();
        receipt = new IdsContent();
        receipt.Ids.Add(theirs.Id.ToProto());
        Receive(pair, new ContentMessage { Read = receipt });
        Assert.Equal(MessageState.Received, pair.Alice.Last(pair.Bob).State);
    }

    [Fact]
    public void ReceiptOutsideTheRatchet_CountsForTheSendersMessagesAlone()
    {
        using var pair = new Pair();
        using var carol = new Person("Carol", 72, pair.Alice.Clock);
        var net = new Net(pair.Alice, pair.Bob, carol);
        var link = carol.Batch(messenger => messenger.CreateLink(1, null)).Link;
        pair.Alice.Batch(messenger => messenger.AddContact(link, null));
        net.Run();
        net.Offline.Add(carol);
        net.Offline.Add(pair.Bob);
        var toCarol = pair.Alice.Say(carol, "for Carol");
        var toBob = pair.Alice.Say(pair.Bob, "for Bob");

        pair.Net.Deliver(pair.Bob, pair.Alice, Forger.SealReceipt(pair.Bob, pair.Alice, toCarol.Id.ToArray()));
        pair.Net.Deliver(pair.Bob, pair.Alice, Forger.SealReceipt(pair.Bob, pair.Alice, toBob.Id.ToArray()[..15]));
        pair.Net.Deliver(pair.Bob, pair.Alice, Forger.SealReceipt(pair.Bob, pair.Alice, new byte[(ContentLimits.MaxReceiptIds + 1) * MessageId.Size]));
        Assert.Equal(2, pair.Alice.Outbox.Count());
        Assert.Equal(MessageState.Waiting, pair.Alice.Messenger.Message(toCarol.Id)!.State);

        pair.Net.Deliver(pair.Bob, pair.Alice, Forger.SealReceipt(pair.Bob, pair.Alice, toBob.Id.ToArray()));
        Assert.Equal(MessageState.Delivered, pair.Alice.Messenger.Message(toBob.Id)!.State);
        Assert.Equal(1, pair.Alice.Outbox.Count());
    }

    [Fact]
    public void DepthBeyondAllMeasure_IsClampedAndTheOrderSurvives()
    {
        using var pair = new Pair();
        var unknown = Forger.NewId();
        for (var i = 0; i < 5; i++)
            Receive(pair, Forger.Text($"deep {i}", ulong.MaxValue, ulong.MaxValue, unknown));
        var rows = pair.Alice.Stores.Messages.After(pair.Bob.Id, null, 10);
        Assert.All(rows, row => Assert.InRange(row.Position.Depth, 1, 5L << 20));
        Assert.All(rows, row => Assert.True(row.SentAt <= pair.Alice.Clock.Now));
        Assert.All(pair.Alice.With(pair.Bob), message => Assert.True(message.Missing));

        // A claim counts for nothing when the parents are known.
        Receive(pair, Forger.Text("claims", 1_000_000_000, 0, rows[0].Id));
        Assert.Contains(pair.Alice.Stores.Messages.After(pair.Bob.Id, null, 10), row => row.Position.Depth == rows[0].Position.Depth + 1);
        GoesOn(pair);
    }

    [Fact]
    public void MalformedContents_AreAcknowledgedAndIgnored()
    {
        using var pair = new Pair();
        var id = new byte[16];
        var longText = Forger.Text("x");
        longText.Text.Text = ByteString.CopyFrom(new byte[(64 * 1024) + 1]);
        var badUtf8 = Forger.Text("x");
        badUtf8.Text.Text = ByteString.CopyFrom(0xc3, 0x28);
        var empty = Forger.Text("");
        var parents = Forger.Text("x", 1, 0, [.. Enumerable.Range(0, 17).Select(_ => Forger.NewId())]);
        var shortParent = Forger.Text("x");
        shortParent.Text.Place.Parents.Add(ByteString.CopyFrom(new byte[15]));
        var noPlace = Forger.Text("x");
        noPlace.Text.Place = null;
        var ids = new IdsContent();
        ids.Ids.AddRange(Enumerable.Repeat(ByteString.CopyFrom(id), 1025));
        ContentMessage[] contents =
        [
            longText, badUtf8, empty, parents, shortParent, noPlace,
            new() { Read = ids },
            new() { Reaction = new ReactionContent { Target = ByteString.CopyFrom(id), Emoji = ByteString.CopyFromUtf8(new string('x', 33)) } },
            new() { Disappearing = new DisappearingContent { Place = new Place(), After = ulong.MaxValue } },
            new() { Edit = new EditContent() },
            new(),
        ];
        foreach (var content in contents)
            Receive(pair, content);
        pair.Net.Deliver(pair.Bob, pair.Alice, Forger.Seal(pair.Bob, pair.Alice, [0xff, 0xff, 0xff, 0xff]));

        // A kind of a later version: field 1000.
        pair.Net.Deliver(pair.Bob, pair.Alice, Forger.Seal(pair.Bob, pair.Alice, [0xc2, 0x3e, 0x01, 0x00]));
        Assert.Empty(pair.Alice.With(pair.Bob));
        Assert.Equal(contents.Length + 2, pair.Alice.Effects.Once.Count);
        Assert.Empty(pair.Alice.Stores.Records.All(RecordKind.PendingChange));
        GoesOn(pair);
    }

    [Fact]
    public void TextWithoutAnId_IsIgnored()
    {
        using var pair = new Pair();
        Receive(pair, Forger.Text("no id"), default(MessageId));
        Assert.Empty(pair.Alice.With(pair.Bob));
        Assert.Empty(pair.Alice.Effects.Once);
        GoesOn(pair);
    }

    [Fact]
    public void ChangesForMessagesThatNeverCome_AreBounded()
    {
        using var pair = new Pair();
        var envelopes = Enumerable.Range(0, 300)
            .Select(i => Forger.Seal(
                pair.Bob,
                pair.Alice,
                new ContentMessage { Delete = new DeleteContent { Target = ByteString.CopyFrom([.. BitConverter.GetBytes((long)i), .. new byte[8]]) } },
                MessageId.FromBytes([.. BitConverter.GetBytes((long)i), .. Enumerable.Repeat((byte)7, 8)])))
            .ToArray();
        pair.Net.Deliver(pair.Bob, pair.Alice, envelopes);
        Assert.Equal(PendingChanges.MaxWaiting, pair.Alice.Stores.Records.All(RecordKind.PendingChange).Count);
        pair.Alice.Batch(messenger => messenger.DeleteContact(pair.Bob.Id));
        Assert.Empty(pair.Alice.Stores.Records.All(RecordKind.PendingChange));
    }

    [Fact]
    public void IdentityChanged_IsNeverAcceptedInSilence()
    {
        using var pair = new Pair();
        pair.Alice.Batch(messenger => messenger.SetVerified(pair.Bob.Id, true));
        var number = pair.Alice.Messenger.SafetyNumber(pair.Bob.Id).SafetyNumber;
        var device = pair.Bob.Messenger.Keys.Device.ToEntry();
        var changed = device with { IdentityKey = X25519PrivateKey.Generate(SystemRandom.Instance).PublicKey };
        var stranger = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        var account = pair.Bob.Messenger.Keys.Account;
        byte[][] refused =
        [
            DeviceList.Sign(stranger, 2, [changed]).Encoded.ToArray(),
            DeviceList.Sign(account, 1, [changed]).Encoded.ToArray(),
            DeviceList.Sign(account, 2, [changed with { TransportKey = changed.IdentityKey }]).Encoded.ToArray(),
            Altered(DeviceList.Sign(account, 2, [changed]).Encoded.ToArray()),
        ];
        foreach (var list in refused)
        {
            Receive(pair, new ContentMessage { Profile = new ProfileContent { DeviceList = ByteString.CopyFrom(list), Name = ByteString.CopyFromUtf8("Bob") } });
            Assert.True(pair.Alice.Contact(pair.Bob).Verified);
            Assert.Equal(number, pair.Alice.Messenger.SafetyNumber(pair.Bob.Id).SafetyNumber);
        }

        Receive(pair, new ContentMessage
        {
            Profile = new ProfileContent { DeviceList = ByteString.CopyFrom(DeviceList.Sign(account, 2, [changed]).Encoded.Span), Name = ByteString.CopyFromUtf8("Bob") },
        });
        Assert.False(pair.Alice.Contact(pair.Bob).Verified);
        Assert.Contains("safety number", pair.Alice.Contact(pair.Bob).Reason, StringComparison.Ordinal);
        Assert.NotEqual(number, pair.Alice.Messenger.SafetyNumber(pair.Bob.Id).SafetyNumber);
        Assert.Contains(pair.Alice.Effects.Events, happened => happened is MessengerEvent.ContactChanged { Contact.Verified: false, Contact.Reason: not null });
    }

    [Fact]
    public void AcceptOrRefusalWithoutOurAsking_ChangesNothing()
    {
        using var pair = new Pair();
        Receive(pair, new ContentMessage { Refusal = new RefusalContent() });
        Assert.Equal(ContactState.Connected, pair.Alice.Contact(pair.Bob).State);

        using var other = new Pair(8, connected: false);
        var link = other.Alice.Batch(messenger => messenger.CreateLink(0, null)).Link;
        other.Bob.Batch(messenger => messenger.AddContact(link, null));
        other.Net.Run();
        Assert.Equal(ContactState.Request, other.Alice.Contact(other.Bob).State);
        other.Net.Deliver(other.Bob, other.Alice, Forge(other, new ContentMessage { Accept = new AcceptContent() }));
        Assert.Equal(ContactState.Request, other.Alice.Contact(other.Bob).State);

        static byte[] Forge(Pair pair, ContentMessage content) => Forger.Seal(pair.Bob, pair.Alice, content);
    }
}
