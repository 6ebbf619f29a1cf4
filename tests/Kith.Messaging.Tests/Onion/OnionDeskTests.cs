using Google.Protobuf;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Onion;
using Kith.Messaging.Tests.Finding;
using Kith.Messaging.Tests.World;
using Kith.Wire;

namespace Kith.Messaging.Tests.Onion;

/// <summary>Who is let in at which onion service, and what each is told of it (docs/protocol/tor.md, "The person's onion services").</summary>
public sealed class OnionDeskTests
{
    private const string Door = "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300";

    [Fact]
    public void EachContact_IsToldAnAddressWithAKeyOfTheirOwn_AndLetInByIt()
    {
        using var three = new Three();
        var (alice, bob, carol) = (three.Alice, three.Bob, three.Carol);
        Hide(alice);
        three.Net.Run();
        var (toBob, toCarol) = (Told(bob, alice), Told(carol, alice));
        Assert.Equal(toBob.Host, toCarol.Host);
        Assert.NotEqual(toBob.ClientKey, toCarol.ClientKey);
        Assert.NotEqual(Door, $"onion/{toBob.Plain}");
        using var service = alice.Messenger.Keys.DeriveOnionKey(0);
        Assert.Equal(OnionName.Of(service.PublicKey.ToArray()).Text, toBob.Host);
        var plan = alice.Messenger.Onion();
        Assert.Equal(OnionPlan.MaxServices, plan.Contacts.Count);
        Assert.Equal(Keys(toBob, toCarol), plan.Contacts[0].ToHashSet());
        Assert.All(plan.Contacts.Skip(1), Assert.Empty);
        // The same after the process has ended.
        alice.Crash();
        Assert.Equal(Keys(toBob, toCarol), alice.Messenger.Onion().Contacts[0].ToHashSet());
        // What they were told is theirs to keep.
        bob.Crash();
        Assert.Equal(toBob, Told(bob, alice));
    }

    [Theory]
    [InlineData("block")]
    [InlineData("delete")]
    [InlineData("leave out")]
    public void WhoIsWantedNoMore_LosesTheirKey(string how)
    {
        using var three = new Three();
        var (alice, bob, carol) = (three.Alice, three.Bob, three.Carol);
        Hide(alice);
        three.Net.Run();
        var changes = alice.Effects.OnionChanges;
        alice.Batch(messenger =>
        {
            if (how == "block")
                messenger.SetBlocked(bob.Id, true);
            else if (how == "delete")
                messenger.DeleteContact(bob.Id);
            else
                messenger.IssueFindSecrets([carol.Id]);
        });
        Assert.True(alice.Effects.OnionChanges > changes);
        Assert.Equal(Keys(Told(carol, alice)), alice.Messenger.Onion().Contacts[0].ToHashSet());
        if (how != "block")
            return;
        alice.Batch(messenger => messenger.SetBlocked(bob.Id, false));
        Assert.Equal(Keys(Told(bob, alice), Told(carol, alice)), alice.Messenger.Onion().Contacts[0].ToHashSet());
    }

    [Fact]
    public void Door_IsThereOnlyWhileALinkIs_AndForItsUsers()
    {
        using var pair = new Pair(connected: false);
        var alice = pair.Alice;
        Hide(alice);
        Assert.Null(alice.Messenger.Onion().Links);
        var invite = alice.Batch(messenger => messenger.CreateLink(1, TimeSpan.FromDays(1)));
        var open = alice.Batch(messenger => messenger.CreateLink(0, null));
        Assert.True(Link.TryParse(invite.Link, out var link, out _));
        Assert.True(Link.TryParse(open.Link, out var publicLink, out _));
        using var one = OnionLinkKey.Of(link.BoxSeed.Span, alice.Id);
        using var other = OnionLinkKey.Of(publicLink.BoxSeed.Span, alice.Id);
        Assert.Equal([one.PublicKey, other.PublicKey], alice.Messenger.Onion().Links!.ToHashSet());
        // No link holds a key; who uses one derives it.
        Assert.Equal("", Assert.Single(link.Addresses).ClientKey);
        Assert.DoesNotContain(OnionClientKey.TextOf(one), invite.Link, StringComparison.Ordinal);
        pair.Bob.Batch(messenger => messenger.AddContact(invite.Link, null));
        Assert.Equal([$"{Door}/{OnionClientKey.TextOf(one)}"], pair.Bob.Effects.Peers[alice.Id].Addresses);

        var changes = alice.Effects.OnionChanges;
        alice.Batch(messenger => messenger.RevokeLink(open.Id));
        Assert.True(alice.Effects.OnionChanges > changes);
        Assert.Equal([one.PublicKey], alice.Messenger.Onion().Links!);
        alice.Batch(messenger => messenger.RevokeLink(invite.Id));
        Assert.Null(alice.Messenger.Onion().Links);
    }

    [Fact]
    public void WhoCameByALink_IsToldTheirOwnKeyWithTheAcceptance()
    {
        using var pair = new Pair(connected: false);
        Hide(pair.Alice);
        pair.Connect();
        Assert.NotEqual(Door, $"onion/{Told(pair.Bob, pair.Alice).Plain}");
        Assert.Equal(Keys(Told(pair.Bob, pair.Alice)), pair.Alice.Messenger.Onion().Contacts[0].ToHashSet());
        // Who is deleted may hold the link still: it lets nobody in any more.
        Assert.NotNull(pair.Alice.Messenger.Onion().Links);
        pair.Alice.Batch(messenger => messenger.DeleteContact(pair.Bob.Id));
        Assert.Null(pair.Alice.Messenger.Onion().Links);
        Assert.All(pair.Alice.Messenger.Onion().Contacts, Assert.Empty);
    }

    [Fact]
    public void WhoWasToldTheDoorBeforeThereWereKeys_GetsInThereUntilTheyKnowTheirs()
    {
        using var pair = new Pair();
        var alice = pair.Alice;
        Hide(alice);
        Before(alice);
        alice.Batch(messenger => messenger.SetOwnAddresses([Door]));
        Assert.Empty(alice.Messenger.Onion().Links!);
        Assert.Single(alice.Messenger.Onion().Contacts[0]);
        pair.Net.Run();
        Assert.Equal(Keys(Told(pair.Bob, alice)), alice.Messenger.Onion().Contacts[0].ToHashSet());
        // The link by which they met was made before there were keys too: its users know of none.
        Assert.Empty(alice.Messenger.Onion().Links!);
        alice.Batch(messenger => messenger.SetBlocked(pair.Bob.Id, true));
        alice.Batch(messenger => messenger.SetBlocked(pair.Bob.Id, false));
        Assert.Null(alice.Messenger.Onion().Links);
    }

    [Fact]
    public void WhoNeverSaysThatTheyKnow_KeepsTheDoorOpenForALongTimeAndNotForEver()
    {
        using var pair = new Pair();
        var alice = pair.Alice;
        Hide(alice);
        Before(alice);
        alice.Batch(messenger => messenger.SetOwnAddresses([Door]));
        Assert.Empty(alice.Messenger.Onion().Links!);
        alice.Clock.Advance(TimeSpan.FromMilliseconds(OnionDesk.FormerLifetime));
        alice.Batch(messenger => messenger.Tick());
        Assert.Null(alice.Messenger.Onion().Links);
    }

    [Fact]
    public void UnlessThereIsAnOnionService_NobodyIsLetIn()
    {
        using var pair = new Pair();
        Assert.Same(OnionPlan.None, pair.Alice.Messenger.Onion());
        Assert.DoesNotContain(pair.Bob.Effects.Peers[pair.Alice.Id].Addresses, OnionDesk.IsOnion);
    }

    [Fact]
    public void MoreContactsThanThereIsRoomFor_TheNewestAreToldNoAddress()
    {
        using var person = new Person("Alice", 5);
        Hide(person);
        person.Batch(_ => { });
        var around = new Surroundings(person.Stores, new HeldEffects(), person.Clock, SystemRandom.Instance);
        var settings = new SettingsBook(around);
        var contacts = new ContactBook(around, settings);
        var desk = new OnionDesk(around, AccountBook.Open(around), settings, contacts, new InviteDesk(around));
        const int Room = OnionPlan.MaxServices * OnionPlan.MaxClients;
        var all = Enumerable.Range(0, Room + 2).Select(i => contacts.Add(AccountId.FromBytes(Sha256.Hash(BitConverter.GetBytes(i))), ContactStage.Connected, $"{i}")).ToList();
        var told = all.Select(contact => desk.AddressFor(contact, Door)).ToList();
        Assert.All(told.Take(Room), Assert.NotNull);
        Assert.All(told.Skip(Room), Assert.Null);
        Assert.Equal(Room, told.Take(Room).Distinct().Count());
        var plan = desk.Plan();
        Assert.All(plan.Contacts, clients => Assert.Equal(OnionPlan.MaxClients, clients.Count));
        Assert.Equal(2, plan.LeftOut);
        // Somebody goes: there is room for one of them.
        person.Batch(_ => contacts.Remove(all[3]));
        Assert.Same(all[Room], Assert.Single(desk.Untold()));
        Assert.Equal(1, desk.Plan().LeftOut);
    }

    // All that stands in the vault of somebody who had an onion service before there were keys.
    private static void Before(Person person) => person.Batch(_ =>
    {
        var records = person.Stores.Records;
        var settings = SettingsRecord.Parser.ParseFrom(records.Get(RecordKind.Settings, [])!);
        settings.OnionKeysSince = 0;
        settings.Addresses.Clear();
        settings.Addresses.Add(Door);
        records.Put(RecordKind.Settings, [], settings.ToByteArray());
        foreach (var (key, value) in records.All(RecordKind.Contact).ToArray())
        {
            var contact = ContactRecord.Parser.ParseFrom(value);
            contact.OnionService = 0;
            records.Put(RecordKind.Contact, key, contact.ToByteArray());
        }

        person.Messenger.Reload();
    });

    private static void Hide(Person person)
    {
        person.Batch(messenger => messenger.ChangeSettings(messenger.Settings with { Privacy = "onion" }));
        person.Batch(messenger => messenger.SetOwnAddresses([Door]));
        Assert.Equal("onion", person.Messenger.Settings.Privacy);
    }

    private static LinkAddress Told(Person to, Person by)
    {
        Assert.True(LinkAddress.TryParse(Assert.Single(to.Effects.Peers[by.Id].Addresses), out var address));
        Assert.NotEqual("", address.ClientKey);
        return address;
    }

    private static HashSet<X25519PublicKey> Keys(params LinkAddress[] addresses) => [.. addresses.Select(address =>
    {
        using var key = OnionClientKey.Open(address.ClientKey);
        return key.PublicKey;
    })];
}
