using Kith.Messaging.Conversations;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Sessions;

public sealed class RestartTests
{
    private static void LoseSession(Person person)
    {
        person.Batch(_ =>
        {
            foreach (var (key, _) in person.Stores.Records.All(RecordKind.Session))
                person.Stores.Records.Remove(RecordKind.Session, key);
        });
    }

    [Fact]
    public void SessionsMissingAtStart_AllAreStartedAnewAndNothingIsLost()
    {
        using var pair = new Pair();
        pair.Alice.Say(pair.Bob, "before");
        pair.Net.Run();
        pair.Net.Offline.Add(pair.Bob);
        pair.Alice.Say(pair.Bob, "sealed for a session that Bob will not have");
        pair.Net.Offline.Clear();

        // As after the import of a backup, which carries no ratchets.
        LoseSession(pair.Bob);
        pair.Bob.Crash();
        Assert.Equal(1, pair.Bob.Effects.BundlesAsked);
        pair.Bob.Say(pair.Alice, "back again");
        pair.Net.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(0, pair.Alice.Outbox.Count());
        Assert.Equal(0, pair.Bob.Outbox.Count());
        Assert.Equal(3, pair.Bob.With(pair.Alice).Count);
        Assert.Equal(pair.Alice.With(pair.Bob).Select(message => message.Id), pair.Bob.With(pair.Alice).Select(message => message.Id));
    }

    [Fact]
    public void UndecryptableMessage_RestartsTheSessionOnceAndArrives()
    {
        using var pair = new Pair();
        pair.Alice.Say(pair.Bob, "hello");
        pair.Net.Run();

        // Bob falls back to an old state of his ratchet: a copy of the disk, say.
        var stored = pair.Bob.Stores.Records.Get(RecordKind.Session, pair.Alice.Id.ToArray())!;
        for (var i = 0; i < 3; i++)
        {
            pair.Alice.Say(pair.Bob, $"a{i}");
            pair.Net.Run();
            pair.Bob.Say(pair.Alice, $"b{i}");
            pair.Net.Run();
        }

        pair.Bob.Batch(_ => pair.Bob.Stores.Records.Put(RecordKind.Session, pair.Alice.Id.ToArray(), stored));
        pair.Bob.Crash();
        pair.Alice.Clock.Advance(TimeSpan.FromMinutes(1));
        var asked = pair.Bob.Effects.BundlesAsked;
        pair.Alice.Say(pair.Bob, "can you read this?");
        pair.Alice.Say(pair.Bob, "and this?");
        pair.Net.Run();
        pair.Net.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(1, pair.Bob.Effects.BundlesAsked - asked);
        Assert.Equal(["can you read this?", "and this?"], pair.Bob.With(pair.Alice).TakeLast(2).Select(message => message.Text));
        Assert.Equal(0, pair.Alice.Outbox.Count());
        pair.Bob.Say(pair.Alice, "yes");
        pair.Net.Run();
        Assert.Equal("yes", pair.Alice.Last(pair.Bob).Text);
        Assert.Equal(pair.Alice.With(pair.Bob).Select(message => message.Id), pair.Bob.With(pair.Alice).Select(message => message.Id));
    }

    [Fact]
    public void BothLostTheirSessions_TheyFindTogether()
    {
        using var pair = new Pair();
        LoseSession(pair.Alice);
        LoseSession(pair.Bob);
        pair.Alice.Crash();
        pair.Bob.Crash();
        pair.Alice.Say(pair.Bob, "1");
        pair.Bob.Say(pair.Alice, "2");
        pair.Net.Run();
        pair.Net.Pass(TimeSpan.FromSeconds(30));
        pair.Net.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(2, pair.Alice.With(pair.Bob).Count);
        Assert.Equal(2, pair.Bob.With(pair.Alice).Count);
        Assert.Equal(0, pair.Alice.Outbox.Count() + pair.Bob.Outbox.Count());
    }

    [Fact]
    public void GarbageInAContactsNameFromSomebodyElse_CostsNoSession()
    {
        using var pair = new Pair();
        using var mallory = new Person("Mallory", 66, pair.Alice.Clock);

        // Mallory seals an anonymous envelope that claims to be Bob's.
        var sealer = new EnvelopeSealer(Crypto.SystemRandom.Instance);
        var id = Wire.MessageId.FromBytes([1, .. new byte[15]]);
        var content = new EnvelopeContent(EnvelopeKind.Whisper, id, 1, new byte[100]);
        Assert.True(sealer.TrySealAnonymous(pair.Alice.Id, pair.Alice.Messenger.Keys.Device.Envelope.PublicKey, pair.Bob.Id, content, out var forged));
        var asked = pair.Alice.Effects.BundlesAsked;
        pair.Alice.Clock.Advance(TimeSpan.FromMinutes(1));
        pair.Net.Deliver(mallory, pair.Alice, forged);
        Assert.Equal(asked, pair.Alice.Effects.BundlesAsked);

        // Over Bob's own session it would; and the id it took stays free.
        pair.Net.Deliver(pair.Bob, pair.Alice, forged);
        Assert.Equal(asked + 1, pair.Alice.Effects.BundlesAsked);
        pair.Alice.Batch(_ => Assert.True(pair.Alice.Stores.Messages.TryMarkReceived(pair.Bob.Id, id, 0)));
    }

    [Fact]
    public void CommitFailed_NothingOfTheBatchIsSeenAndItCanBeDoneAgain()
    {
        using var pair = new Pair();
        pair.Alice.FailedBatch(messenger => messenger.SendText(pair.Bob.Id, "never", null, Kith.Delivery.RouteKind.Auto));
        Assert.Empty(pair.Alice.With(pair.Bob));
        Assert.Equal(0, pair.Alice.Outbox.Count());
        pair.Alice.Say(pair.Bob, "ever");
        var envelope = pair.Alice.Outbox.Load(pair.Bob.Id, -1, 1)[0].Envelope!.Value.ToArray();
        pair.Bob.FailedBatch(messenger => messenger.ReceiveEnvelope(Net.Origin(pair.Alice, pair.Bob), envelope));
        Assert.Empty(pair.Bob.Effects.Once);
        Assert.Empty(pair.Bob.With(pair.Alice));
        pair.Net.Run();
        Assert.Equal("ever", pair.Bob.Last(pair.Alice).Text);
        Assert.Equal(MessageState.Delivered, pair.Alice.Last(pair.Bob).State);
    }

    [Fact]
    public void PreKeys_AreUsedUpRefilledAndRotated()
    {
        using var pair = new Pair();
        int Count(RecordKind kind) => pair.Alice.Stores.Records.All(kind).Count;
        Assert.Equal(99, Count(RecordKind.PreKey));
        Assert.Equal(1, Count(RecordKind.SignedPreKey));
        for (var week = 0; week < 5; week++)
        {
            pair.Net.Pass(TimeSpan.FromDays(7));
            Assert.True(pair.Alice.Messenger.NextDeadline > pair.Alice.Clock.Now);
        }

        Assert.Equal(100, Count(RecordKind.PreKey));
        Assert.Equal(6, Count(RecordKind.SignedPreKey));
        for (var week = 0; week < 5; week++)
            pair.Net.Pass(TimeSpan.FromDays(7));
        Assert.InRange(Count(RecordKind.SignedPreKey), 8, 9);
        pair.Bob.Say(pair.Alice, "still here");
        pair.Net.Run();
        Assert.Equal("still here", pair.Alice.Last(pair.Bob).Text);
    }

    [Fact]
    public void RequestUnanswerable_IsSentAnewInAnotherSession()
    {
        // Alice answered with a bundle, then lost everything about it: Bob's request cannot be opened.
        using var pair = new Pair(connected: false);
        var link = pair.Alice.Batch(messenger => messenger.CreateLink(1, null)).Link;
        pair.Bob.Batch(messenger => messenger.AddContact(link, null));
        pair.Net.Passes = (_, _, _) => false;
        pair.Net.Run();
        pair.Alice.Batch(_ =>
        {
            foreach (var kind in new[] { RecordKind.PreKey, RecordKind.KyberPreKey })
            {
                foreach (var (key, value) in pair.Alice.Stores.Records.All(kind).Where(record => record.Value[0] == 1))
                    pair.Alice.Stores.Records.Remove(kind, key);
            }
        });
        pair.Alice.Crash();
        pair.Net.Passes = (_, _, _) => true;
        pair.Net.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(ContactState.Connecting, pair.Bob.Contact(pair.Alice).State);
        pair.Net.Pass(TimeSpan.FromMinutes(11));
        Assert.Equal(ContactState.Connected, pair.Bob.Contact(pair.Alice).State);
        Assert.Equal(ContactState.Connected, pair.Alice.Contact(pair.Bob).State);
    }
}
