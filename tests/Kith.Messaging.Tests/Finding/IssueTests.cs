using Kith.Messaging.Finding;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Finding;

public sealed class IssueTests
{
    [Fact]
    public void Chosen_FindByANewSecretAndOthersNoMore()
    {
        using var three = new Three();
        var (alice, bob, carol) = (three.Alice, three.Bob, three.Carol);
        var before = Three.Given(alice, bob);
        var carols = Three.Given(alice, carol);
        three.Issue(bob);

        // Both until Bob is known to have the new one.
        Assert.Equal(2, Three.Given(alice, bob).Length);
        Assert.Contains(before[0], Three.Given(alice, bob));
        Assert.True(Three.Finds(bob, alice));
        three.Net.Run();
        Assert.DoesNotContain(before[0], Three.Given(alice, bob));
        Assert.Equal([false, true], bob.Messenger.Wanted().Where(target => target.Contact == alice.Id).Select(target => target.IsFallback));
        Assert.Single(Three.Given(alice, bob));
        Assert.True(Three.Finds(bob, alice));

        Assert.Empty(Three.Given(alice, carol));
        Assert.Equal(carols, Three.Sought(carol, alice));
        Assert.False(alice.Contact(carol).CanFindUs);
        Assert.True(alice.Contact(bob).CanFindUs);
        Assert.Equal(0, alice.Outbox.Count() + bob.Outbox.Count());
    }

    [Fact]
    public void LeftOut_IsNotGoneToNorToldAddresses()
    {
        using var three = new Three();
        three.Issue(three.Bob);
        three.Net.Run();
        Assert.False(three.Alice.Effects.Peers.ContainsKey(three.Carol.Id));
        Assert.True(three.Alice.Effects.Peers.ContainsKey(three.Bob.Id));
        three.Alice.Batch(messenger => messenger.SetOwnAddresses(["moved.example:1"]));
        three.Net.Run();
        Assert.Equal(["moved.example:1"], three.Bob.Effects.Peers[three.Alice.Id].Addresses);
        Assert.DoesNotContain("moved.example:1", three.Carol.Effects.Peers[three.Alice.Id].Addresses);
        Assert.Equal(0, three.Alice.Outbox.Count());

        // After a restart it is the same; and a knock of hers is not answered.
        three.Alice.Crash();
        Assert.False(three.Alice.Effects.Peers.ContainsKey(three.Carol.Id));
        Assert.All(three.Alice.Messenger.Wanted(), target => Assert.Equal(target.Contact == three.Bob.Id, target.Answers));
    }

    [Fact]
    public void WrittenTo_LeftOutIsGoneToUntilItIsDelivered()
    {
        using var three = new Three();
        three.Issue();
        three.Alice.Say(three.Carol, "one thing more");
        Assert.True(three.Alice.Effects.Peers.ContainsKey(three.Carol.Id));
        Assert.Empty(Three.Given(three.Alice, three.Carol));
        three.Net.Run();
        Assert.Equal("one thing more", three.Carol.Last(three.Alice).Text);
        Assert.False(three.Alice.Effects.Peers.ContainsKey(three.Carol.Id));
    }

    [Fact]
    public void LeftOutWritesToUs_WeGetIt()
    {
        using var three = new Three();
        three.Issue();
        three.Net.Run();
        three.Carol.Say(three.Alice, "where are you?");
        three.Net.Run();
        Assert.Equal("where are you?", three.Alice.Last(three.Carol).Text);
    }

    [Fact]
    public void ChosenAgain_FindsAgain()
    {
        using var three = new Three();
        three.Issue();
        three.Net.Run();
        Assert.False(Three.Finds(three.Carol, three.Alice));
        three.Alice.Batch(messenger => messenger.SetOwnAddresses(["moved.example:1"]));
        three.Issue(three.Bob, three.Carol);
        three.Net.Run();
        Assert.True(Three.Finds(three.Carol, three.Alice));
        Assert.True(three.Alice.Contact(three.Carol).CanFindUs);
        Assert.True(three.Alice.Effects.Peers.ContainsKey(three.Carol.Id));
        Assert.Equal(["moved.example:1"], three.Carol.Effects.Peers[three.Alice.Id].Addresses);
    }

    [Fact]
    public void LostOnItsWay_OldAndNewArePublishedUntilItArrives()
    {
        using var three = new Three();
        three.Net.Passes = (_, _, _) => false;
        three.Issue(three.Bob, three.Carol);
        three.Net.Run();
        Assert.Equal(2, Three.Given(three.Alice, three.Bob).Length);
        Assert.True(Three.Finds(three.Bob, three.Alice));
        three.Net.Passes = (_, _, _) => true;
        three.Net.Pass(TimeSpan.FromMinutes(1));
        Assert.Single(Three.Given(three.Alice, three.Bob));
        Assert.True(Three.Finds(three.Bob, three.Alice));
    }

    [Fact]
    public void DeliveryReceiptAlone_IsNotTakenForTheAnswer()
    {
        using var three = new Three();
        three.Issue(three.Bob);
        var item = three.Alice.Outbox.Load(three.Bob.Id, -1, 10).Single();
        three.Net.Deliver(three.Bob, three.Alice, Forger.SealReceipt(three.Bob, three.Alice, item.Id.ToArray()));
        Assert.Equal(0, three.Alice.Outbox.Count());
        Assert.Equal(2, Three.Given(three.Alice, three.Bob).Length);
    }

    [Fact]
    public void IssuedManyTimesWhileNobodyListens_StaysBoundedAndComesTogether()
    {
        using var three = new Three();
        three.Net.Offline.Add(three.Bob);
        for (var i = 0; i < 10; i++)
        {
            three.Issue(three.Bob, three.Carol);
            three.Net.Run();
            Assert.InRange(Three.Given(three.Alice, three.Bob).Length, 2, IssuedSecrets.MaxUnderWay + 1);
            Assert.True(Three.Finds(three.Bob, three.Alice));
            Assert.True(Three.Finds(three.Carol, three.Alice));
        }

        Assert.Equal(1, three.Alice.Outbox.Count());
        three.Net.Offline.Clear();
        three.Net.Run();
        Assert.Single(Three.Given(three.Alice, three.Bob));
        Assert.True(Three.Finds(three.Bob, three.Alice));
    }

    [Fact]
    public void LateAndDoubledSecrets_ChangeNothing()
    {
        using var three = new Three();
        three.Issue(three.Bob);
        three.Net.Step(three.Alice);
        var first = three.Net.Carried[^1].Envelope;
        three.Net.Run();
        three.Issue(three.Bob);
        three.Net.Run();
        var sought = Three.Sought(three.Bob, three.Alice);
        three.Net.Deliver(three.Alice, three.Bob, first, first);
        three.Net.Run();
        Assert.Equal(sought, Three.Sought(three.Bob, three.Alice));
        Assert.True(Three.Finds(three.Bob, three.Alice));
    }

    [Fact]
    public void CommitFails_NothingIsIssued()
    {
        using var three = new Three();
        var before = Three.Given(three.Alice, three.Carol);
        three.Alice.FailedBatch(messenger => messenger.IssueFindSecrets([three.Bob.Id]));
        Assert.Equal(before, Three.Given(three.Alice, three.Carol));
        Assert.Equal(0, three.Alice.Outbox.Count());
        Assert.True(three.Alice.Contact(three.Carol).CanFindUs);
    }

    [Fact]
    public void CrashAfterTheCommit_ItIsSentAfterTheStart()
    {
        using var three = new Three();
        three.Issue(three.Bob);
        three.Alice.Crash();
        Assert.Equal(2, Three.Given(three.Alice, three.Bob).Length);
        Assert.Empty(Three.Given(three.Alice, three.Carol));
        three.Net.Run();
        Assert.Single(Three.Given(three.Alice, three.Bob));
        Assert.True(Three.Finds(three.Bob, three.Alice));
    }

    [Fact]
    public void CrashOfTheOther_TheyHaveItOrGetItAgain()
    {
        using var three = new Three();
        three.Issue(three.Bob);
        var envelope = three.Alice.Outbox.Load(three.Bob.Id, -1, 1)[0].Envelope!.Value.ToArray();
        three.Bob.Crash(messenger => messenger.ReceiveEnvelope(Net.Origin(three.Alice, three.Bob), envelope));
        Assert.True(Three.Finds(three.Bob, three.Alice));
        three.Net.Run();
        three.Bob.Crash();
        Assert.Single(Three.Given(three.Alice, three.Bob));
        Assert.True(Three.Finds(three.Bob, three.Alice));
    }

    [Fact]
    public void RestoredFromABackupBefore_BothFindTogether()
    {
        using var three = new Three();
        var backup = Backup(three.Alice);
        three.Issue(three.Bob, three.Carol);
        three.Net.Run();

        // Alice knows nothing of what she issued. Bob looks where she was found before, too.
        Restore(three.Alice, backup);
        Assert.True(Three.Finds(three.Bob, three.Alice));
        three.Net.Run();
        three.Net.Pass(TimeSpan.FromSeconds(30));
        Assert.True(Three.Finds(three.Bob, three.Alice));
        Assert.Single(Three.Given(three.Alice, three.Bob));
        Assert.Contains(Three.Given(three.Alice, three.Bob)[0], Three.Sought(three.Bob, three.Alice)[0]);
    }

    [Fact]
    public void FinderRestoredFromABackupBefore_IsGivenItAgain()
    {
        using var three = new Three();
        var backup = Backup(three.Bob);
        three.Issue(three.Bob, three.Carol);
        three.Net.Run();
        Restore(three.Bob, backup);
        Assert.False(Three.Finds(three.Bob, three.Alice));
        Assert.True(Three.Finds(three.Alice, three.Bob));
        three.Net.Run();
        three.Net.Pass(TimeSpan.FromSeconds(30));
        Assert.True(Three.Finds(three.Bob, three.Alice));
        Assert.Equal(0, three.Alice.Outbox.Count() + three.Bob.Outbox.Count());
    }

    [Fact]
    public void RestoredWithAClockThatIsBehind_AHigherNumberIsDrawn()
    {
        using var pair = new Pair(ownClocks: true);
        var backup = Backup(pair.Alice);
        pair.Alice.Clock.Advance(TimeSpan.FromDays(100));
        Three.Issue(pair.Alice, pair.Bob);
        pair.Net.Run();
        pair.Alice.Clock.Advance(TimeSpan.FromDays(-99));
        Restore(pair.Alice, backup);
        for (var i = 0; i < 3; i++)
            pair.Net.Pass(TimeSpan.FromSeconds(30));
        Three.Issue(pair.Alice, pair.Bob);
        pair.Net.Run();
        Assert.Single(Three.Given(pair.Alice, pair.Bob));
        Assert.Equal(Three.Given(pair.Alice, pair.Bob)[0], Three.Sought(pair.Bob, pair.Alice)[0]);
    }

    [Fact]
    public void OtherForgotUsAndAddsUsAgain_FindsByWhatTheyHave()
    {
        using var three = new Three();
        three.Issue(three.Bob);
        three.Net.Run();
        three.Bob.Batch(messenger => messenger.DeleteContact(three.Alice.Id));
        var link = three.Alice.Batch(messenger => messenger.CreateLink(1, null)).Link;
        three.Bob.Batch(messenger => messenger.AddContact(link, null));
        three.Net.Run();
        three.Net.Pass(TimeSpan.FromSeconds(30));
        Assert.True(Three.Finds(three.Bob, three.Alice));
        Assert.True(Three.Finds(three.Alice, three.Bob));
    }

    [Fact]
    public void LinksMadeBefore_FindNobodyAnyMore()
    {
        using var three = new Three();
        three.Alice.Batch(messenger => messenger.CreateLink(5, null));
        three.Issue(three.Bob);
        Assert.Empty(Three.GivenToLinks(three.Alice));
        three.Alice.Batch(messenger => messenger.CreateLink(5, null));
        Assert.Single(Three.GivenToLinks(three.Alice));
    }

    [Fact]
    public void BlockedOrUnknown_CannotBeChosen()
    {
        using var three = new Three();
        three.Alice.Batch(messenger => messenger.SetBlocked(three.Carol.Id, true));
        three.Alice.Refused(MessengerError.Conflict, messenger => messenger.IssueFindSecrets([three.Bob.Id, three.Carol.Id]));
        using var stranger = new Person("Stranger", 999);
        three.Alice.Refused(MessengerError.NotFound, messenger => messenger.IssueFindSecrets([three.Bob.Id, stranger.Id]));
        Assert.Single(Three.Given(three.Alice, three.Bob));
    }

    [Fact]
    public void BlockedWhenOthersWereChosen_StaysLeftOutWhenUnblocked()
    {
        using var three = new Three();
        three.Alice.Batch(messenger => messenger.SetBlocked(three.Carol.Id, true));
        three.Issue(three.Bob);
        three.Alice.Batch(messenger => messenger.SetBlocked(three.Carol.Id, false));
        Assert.Empty(Three.Given(three.Alice, three.Carol));
        Assert.False(three.Alice.Effects.Peers.ContainsKey(three.Carol.Id));
    }

    private static IReadOnlyList<(RecordKind Kind, byte[] Key, byte[] Value)> Backup(Person person)
    {
        var records = new List<(RecordKind, byte[], byte[])>();
        person.Batch(_ =>
        {
            foreach (var (key, value) in person.Stores.Records.All(RecordKind.Contact))
                records.Add((RecordKind.Contact, key, value));
        });
        return records;
    }

    // As the import of a backup does: the contacts as they were, and no ratchets.
    private static void Restore(Person person, IReadOnlyList<(RecordKind Kind, byte[] Key, byte[] Value)> backup)
    {
        person.Batch(_ =>
        {
            foreach (var (key, _) in person.Stores.Records.All(RecordKind.Session))
                person.Stores.Records.Remove(RecordKind.Session, key);
            foreach (var (kind, key, value) in backup)
                person.Stores.Records.Put(kind, key, value);
        });
        person.Crash();
    }
}
