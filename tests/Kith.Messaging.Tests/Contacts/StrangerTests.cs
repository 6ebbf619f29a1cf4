using Google.Protobuf;
using Kith.Crypto;
using Kith.Delivery;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Sessions;
using Kith.Messaging.Signal;
using Kith.Messaging.Tests.World;
using Kith.Wire;

namespace Kith.Messaging.Tests.Contacts;

/// <summary>What people may cost us whom we do not know, or who do not keep to the protocol.</summary>
public sealed class StrangerTests
{
    [Fact]
    public void ContactWhoAsksAgainAndAgain_AndAcknowledgesNothing_HasOneAcceptanceWaiting()
    {
        using var pair = new Pair();
        pair.Net.Passes = (from, _, _) => from != pair.Alice;
        for (var i = 0; i < 5; i++)
        {
            pair.Bob.Batch(messenger => messenger.DeleteContact(pair.Alice.Id));
            var link = pair.Alice.Batch(messenger => messenger.CreateLink(1, TimeSpan.FromDays(7)));
            pair.Bob.Batch(messenger => messenger.AddContact(link.Link, null));
            pair.Net.Run();
            Assert.Single(pair.Alice.Outbox.Load(pair.Bob.Id, -1, 100));
        }

        pair.Net.Passes = (_, _, _) => true;
        pair.Alice.Transmitted.Clear();
        pair.Net.Run();
        Assert.Equal(ContactState.Connected, pair.Bob.Contact(pair.Alice).State);
        Assert.Empty(pair.Alice.Outbox.Load(pair.Bob.Id, -1, 100));
    }

    [Fact]
    public void AnonymousEnvelopeOfAContact_OverSomebodyElsesSession_IsNotTried()
    {
        using var pair = new Pair();
        using var mallory = new Person("Mallory", 99, pair.Alice.Clock);
        byte[]? request = null;
        pair.Net.Passes = (from, _, envelope) =>
        {
            if (from == pair.Bob)
                request = envelope;
            return false;
        };
        pair.Bob.Batch(messenger => messenger.DeleteContact(pair.Alice.Id));
        var link = pair.Alice.Batch(messenger => messenger.CreateLink(1, TimeSpan.FromDays(7)));
        pair.Bob.Batch(messenger => messenger.AddContact(link.Link, null));
        pair.Net.Run();
        Assert.NotNull(request);

        pair.Net.Deliver(mallory, pair.Alice, request);
        Assert.Empty(pair.Alice.Outbox.Load(pair.Bob.Id, -1, 100));
        pair.Net.Deliver(pair.Bob, pair.Alice, request);
        Assert.Single(pair.Alice.Outbox.Load(pair.Bob.Id, -1, 100));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData((int)SessionBook.MaxFirstNumber, true)]
    [InlineData((int)SessionBook.MaxFirstNumber + 1, false)]
    public void FirstMessageOfANumberThatCostsThousandsOfHashes_IsNotTaken(int number, bool isTaken)
    {
        using var alice = new Person("Alice", 1);
        using var keys = AccountKeys.Generate(SystemRandom.Instance, alice.Clock.Now);
        using var identity = new IdentityKeyPair(X25519PrivateKey.FromBytes(keys.Device.Identity.Value));
        var list = keys.SignDeviceList(1);
        var origin = new PeerOrigin(RouteKind.Direct, keys.Device.Transport.PublicKey.ToArray(), new byte[32]);

        // By the protocol up to here: a bundle for somebody without an invite.
        var answered = alice.Batch(messenger => messenger.AnswerBundleRequest(origin, new BundleRequest(keys.Id, null, [], list).Write()));
        Assert.True(BundleAnswer.TryRead(answered, out var answer));
        Assert.True(DeviceList.TryRead(answer.Devices, alice.Id, out var devices));
        var record = new SessionRecord();
        Assert.Equal(BundleStatus.Ok, SessionBuilder.ProcessBundle(record, identity, 1, answer.Bundle!, null, SystemRandom.Instance, alice.Clock.Now));
        for (var i = 0; i < number; i++)
            _ = SessionCipher.Encrypt(record, default, alice.Clock.Now);

        var request = new RequestContent { DeviceList = ByteString.CopyFrom(list.Encoded.Span), Name = ByteString.CopyFromUtf8("Mallory") };
        var message = SessionCipher.Encrypt(record, new ContentMessage { Request = request }.ToByteArray(), alice.Clock.Now)!.Value;
        var content = new EnvelopeContent(EnvelopeKind.PreKey, MessageId.FromBytes(SystemRandom.Instance.NextBytes(MessageId.Size)), 1, message.Bytes);
        Assert.True(new EnvelopeSealer(SystemRandom.Instance).TrySealAnonymous(alice.Id, devices.Devices[0].EnvelopeKey, keys.Id, content, out var envelope));
        alice.Batch(messenger => messenger.ReceiveEnvelope(origin, envelope));
        Assert.Equal(isTaken, alice.Messenger.Contacts().Any(contact => contact.Id == keys.Id));
    }
}
