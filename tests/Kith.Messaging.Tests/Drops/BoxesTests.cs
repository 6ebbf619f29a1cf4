using Kith.Delivery;
using Kith.Messaging.Contacts;
using Kith.Messaging.Drops;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Drops;

public sealed class BoxesTests : IDisposable
{
    private readonly Pair _pair = new();

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void OneWrites_WhereTheOtherReads()
    {
        var (alice, bob) = (Boxes(_pair.Alice), Boxes(_pair.Bob));
        Assert.Equal(Assert.Single(alice.Writes).Secret.ToArray(), Assert.Single(bob.Reads).Secret.ToArray());
        Assert.Equal(Assert.Single(bob.Writes).Secret.ToArray(), Assert.Single(alice.Reads).Secret.ToArray());
        Assert.NotEqual(alice.Writes[0].Secret.ToArray(), alice.Reads[0].Secret.ToArray());
        Assert.Equal((0, null), (alice.Writes[0].Price, alice.Writes[0].ReadKeys));
    }

    [Fact]
    public void BlockedOrDeleted_HasNoBoxes()
    {
        _pair.Alice.Batch(messenger => messenger.SetBlocked(_pair.Bob.Id, true));
        AssertNone();
        _pair.Alice.Batch(messenger => messenger.SetBlocked(_pair.Bob.Id, false));
        Assert.Single(Boxes(_pair.Alice).Reads);
        _pair.Alice.Batch(messenger => messenger.DeleteContact(_pair.Bob.Id));
        AssertNone();
    }

    [Fact]
    public void PairSecretReplaced_TheOneBeforeIsReadToo()
    {
        var before = Boxes(_pair.Bob).Reads[0].Secret.ToArray();
        _pair.Alice.Batch(messenger => messenger.DeleteContact(_pair.Bob.Id));
        var link = _pair.Bob.Batch(messenger => messenger.CreateLink(1, null)).Link;
        _pair.Alice.Batch(messenger => messenger.AddContact(link, null));
        _pair.Net.Run();
        var reads = Boxes(_pair.Bob).Reads;
        Assert.Equal(2, reads.Count);
        Assert.Equal(before, reads[1].Secret.ToArray());
        Assert.Equal(Boxes(_pair.Alice).Writes[0].Secret.ToArray(), reads[0].Secret.ToArray());
    }

    [Fact]
    public void WhenABoxWasRead_IsKeptOverRestartsAndInBackups()
    {
        var box = Boxes(_pair.Alice).Reads[0];
        Assert.InRange(box.Since, _pair.Alice.Clock.Now - (2 * 24 * 3_600_000L), _pair.Alice.Clock.Now);
        var at = _pair.Alice.Clock.Now + 5_000_000;
        _pair.Alice.Batch(messenger => messenger.BoxRead(box.Secret, at));
        _pair.Alice.Crash();
        Assert.Equal(at, Boxes(_pair.Alice).Reads[0].Since);
        var backup = _pair.Alice.Export();
        _pair.Alice.Batch(messenger => messenger.BoxRead(box.Secret, at + 50_000_000));
        _pair.Alice.Restore(backup);
        Assert.Equal(at, Boxes(_pair.Alice).Reads[0].Since);
        _pair.Alice.Batch(messenger => messenger.BoxRead(box.Secret, 7));
        Assert.Equal(7, Boxes(_pair.Alice).Reads[0].Since);
    }

    [Fact]
    public void BoxesThatAreNoMore_AreForgotten()
    {
        var box = Boxes(_pair.Alice).Reads[0];
        _pair.Alice.Batch(messenger => messenger.BoxRead(box.Secret, 1));
        _pair.Alice.Batch(messenger => messenger.BoxRead(new byte[32], 1));
        Assert.Equal(2, _pair.Alice.Stores.Records.All(RecordKind.BoxRead).Count);
        _pair.Net.Pass(TimeSpan.FromDays(8));
        Assert.Single(_pair.Alice.Stores.Records.All(RecordKind.BoxRead));
    }

    [Fact]
    public void MostRecentConversation_IsFirst()
    {
        using var third = new Person("Cat", 31, _pair.Alice.Clock);
        var link = _pair.Alice.Batch(messenger => messenger.CreateLink(1, null)).Link;
        third.Batch(messenger => messenger.AddContact(link, null));
        new Net(_pair.Alice, third).Run();
        _pair.Alice.Clock.Advance(TimeSpan.FromMinutes(1));
        _pair.Alice.Say(_pair.Bob, "now");
        Assert.Equal([_pair.Bob.Id, third.Id], Boxes(_pair.Alice).Reads.Select(box => box.Contact));
        _pair.Alice.Clock.Advance(TimeSpan.FromMinutes(1));
        _pair.Alice.Say(third, "later");
        Assert.Equal([third.Id, _pair.Bob.Id], Boxes(_pair.Alice).Writes.Select(box => box.Contact));
    }

    [Fact]
    public void OwnHolders_ArePassedOnToContactsAlone()
    {
        _pair.Bob.Batch(messenger => messenger.SetOwnAddresses(["bob.example:7300", "hold/home.example:7300", "hold/192.0.2.9:7"]));
        _pair.Net.Run();
        Assert.Equal(["home.example:7300", "192.0.2.9:7"], Boxes(_pair.Alice).Writes[0].Preferred);
        Assert.Equal(["bob.example:7300"], _pair.Alice.Effects.Peers[_pair.Bob.Id].Addresses);
        _pair.Alice.Batch(messenger => messenger.AddressesFound(_pair.Bob.Id, ["192.0.2.1:1", "hold/evil.example:1"], _pair.Alice.Clock.Now));
        Assert.Equal(["home.example:7300", "192.0.2.9:7"], Boxes(_pair.Alice).Writes[0].Preferred);
        Assert.Equal(["192.0.2.1:1"], _pair.Alice.Effects.Peers[_pair.Bob.Id].Addresses);
        Assert.True(Link.TryParse(_pair.Bob.Batch(messenger => messenger.CreateLink(1, null)).Link, out var link, out _));
        Assert.Equal("bob.example:7300", Assert.Single(link.Addresses).ToString());
        _pair.Bob.Batch(messenger => messenger.SetOwnAddresses(["bob.example:7300"]));
        _pair.Net.Run();
        Assert.Empty(Boxes(_pair.Alice).Writes[0].Preferred);
    }

    [Fact]
    public void WhatChangesBoxes_IsSaidAndNothingElse()
    {
        var alice = _pair.Alice;
        var before = alice.Effects.BoxChanges;
        alice.Say(_pair.Bob, "nothing changes by this");
        _pair.Net.Run();
        Assert.Equal(before, alice.Effects.BoxChanges);
        alice.Batch(messenger => messenger.SetBlocked(_pair.Bob.Id, true));
        Assert.True(alice.Effects.BoxChanges > before);
        before = alice.Effects.BoxChanges;
        alice.Batch(messenger => messenger.CreateLink(1, null));
        Assert.True(alice.Effects.BoxChanges > before);
    }

    [Fact]
    public void BundleUnderAnIdThatWasNotCalledFor_IsNotTaken()
    {
        var bundle = AskForBundle();
        var session = _pair.Alice.Stores.Records.Get(RecordKind.Session, _pair.Bob.Id.ToArray());
        _pair.Net.Deliver(_pair.Bob, _pair.Alice, Forger.Wrap(_pair.Bob, _pair.Alice, EnvelopeKind.Bundle, Forger.NewId(), bundle));
        _pair.Net.Deliver(_pair.Bob, _pair.Alice, Forger.Wrap(_pair.Bob, _pair.Alice, EnvelopeKind.Bundle, default, bundle));
        Assert.Equal(session, _pair.Alice.Stores.Records.Get(RecordKind.Session, _pair.Bob.Id.ToArray()));
    }

    [Fact]
    public void CallForABundle_IsAnsweredOnceAndInTheSendersNameAlone()
    {
        var call = Forger.Wrap(_pair.Bob, _pair.Alice, EnvelopeKind.BundleRequest, Forger.NewId(), Request(_pair.Bob));
        Drop(call, call);
        Drop(call);
        Assert.True(Assert.Single(_pair.Alice.Effects.Once).ByDrop);
        _pair.Alice.Effects.Once.Clear();
        using var other = new Pair(5);
        Drop(Forger.Wrap(_pair.Bob, _pair.Alice, EnvelopeKind.BundleRequest, Forger.NewId(), Request(other.Bob)));
        Drop(Forger.Wrap(_pair.Bob, _pair.Alice, EnvelopeKind.BundleRequest, default, Request(_pair.Bob)));
        Drop(Forger.Wrap(_pair.Bob, _pair.Alice, EnvelopeKind.BundleRequest, Forger.NewId(), [1, 2, 3]));
        Assert.Empty(_pair.Alice.Effects.Once);
    }

    [Fact]
    public void UnreadableOutOfABox_StartsASessionAnewOnceADay()
    {
        _pair.Alice.Clock.Advance(TimeSpan.FromDays(2));
        var asked = _pair.Alice.Effects.BundlesAsked;
        Drop(Forger.Wrap(_pair.Bob, _pair.Alice, EnvelopeKind.Whisper, Forger.NewId(), [1, 2, 3]));
        Assert.Equal(asked + 1, _pair.Alice.Effects.BundlesAsked);
        _pair.Net.Run();
        Drop(Forger.Wrap(_pair.Bob, _pair.Alice, EnvelopeKind.Whisper, Forger.NewId(), [1, 2, 3]));
        Assert.Equal(asked + 1, _pair.Alice.Effects.BundlesAsked);
    }

    private static byte[] Request(Person person) =>
        new BundleRequest(person.Id, null, [], person.Messenger.Keys.SignDeviceList(1)).Write();

    private byte[] AskForBundle() =>
        _pair.Bob.Batch(messenger => messenger.AnswerBundleRequest(Net.Origin(_pair.Alice, _pair.Bob), Request(_pair.Alice)))!;

    private void Drop(params byte[][] envelopes) => _pair.Alice.Batch(messenger =>
    {
        foreach (var envelope in envelopes)
            messenger.ReceiveEnvelope(new PeerOrigin(RouteKind.Drop, default, default), envelope);
    });

    private static DropBoxes Boxes(Person person) => person.Messenger.Boxes();

    private void AssertNone()
    {
        var boxes = Boxes(_pair.Alice);
        Assert.Empty(boxes.Writes);
        Assert.Empty(boxes.Reads);
        Assert.Empty(boxes.Bundles);
    }
}
