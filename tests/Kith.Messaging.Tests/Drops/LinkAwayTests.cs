using Kith.Crypto;
using Kith.Messaging.Contacts;
using Kith.Messaging.Conversations;
using Kith.Messaging.Drops;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Drops;

/// <summary>A link whose maker is away.</summary>
public sealed class LinkAwayTests : IDisposable
{
    private const long Day = 24L * 60 * 60 * 1000;

    private readonly ManualClock _clock = new();
    private readonly Holders _holders = new();
    private readonly Person _alice;
    private readonly Person _bob;
    private readonly DropNode _maker;
    private readonly DropNode _adder;

    public LinkAwayTests()
    {
        (_alice, _bob) = (new Person("Alice", 71, _clock), new Person("Bob", 72, _clock));
        (_maker, _adder) = (new DropNode(_alice, _holders), new DropNode(_bob, _holders));
    }

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    [Fact]
    public void InviteWhileTheMakerIsAway_BecomesAContactWithoutMeeting()
    {
        var link = MakeLink(1, TimeSpan.FromDays(30));
        _maker.Visit();
        Days(3);
        Add(_bob, link.Link);
        _bob.Say(_alice, "hello");
        _bob.Say(_alice, "it is me");
        _adder.Visit();
        Assert.Equal(ContactState.Connecting, _bob.Contact(_alice).State);
        Assert.Equal(MessageState.Stored, _bob.Last(_alice).State);
        Days(2);
        _maker.Visit();
        Assert.Equal(ContactState.Connected, _alice.Contact(_bob).State);
        Assert.Equal(["hello", "it is me"], _alice.With(_bob).Select(message => message.Text));
        Assert.Empty(_alice.Messenger.Links());
        _alice.Say(_bob, "welcome");
        _maker.Visit();
        Days(1);
        _adder.Visit();
        Assert.Equal(ContactState.Connected, _bob.Contact(_alice).State);
        Assert.Equal("welcome", _bob.Last(_alice).Text);
        Assert.All(_bob.With(_alice).Where(message => message.FromMe), message => Assert.Equal(MessageState.Delivered, message.State));
        _bob.Say(_alice, "thanks");
        _adder.Visit();
        _maker.Visit();
        _adder.Visit();
        Assert.Equal("thanks", _alice.Last(_bob).Text);
        Assert.Equal((0, 0), (_alice.Outbox.Count(), _bob.Outbox.Count()));
    }

    [Fact]
    public void WrittenAfterTheLastUse_ArrivesToo()
    {
        var link = MakeLink(1, TimeSpan.FromDays(30));
        _maker.Visit();
        Add(_bob, link.Link);
        _adder.Visit();
        _maker.Visit();
        _holders.Order = _ => [];
        _bob.Say(_alice, "before I know that you have me");
        _adder.Visit();
        _holders.Order = kept => kept;
        Assert.Equal(ContactState.Connecting, _bob.Contact(_alice).State);
        _maker.Visit();
        Assert.Equal("before I know that you have me", _alice.Last(_bob).Text);
    }

    [Fact]
    public void InviteForOne_SecondPersonBecomesARequest()
    {
        using var carol = new Person("Carol", 73, _clock);
        var second = new DropNode(carol, _holders);
        var link = MakeLink(1, null);
        _maker.Visit();
        Add(_bob, link.Link);
        Add(carol, link.Link);
        _adder.Visit();
        second.Visit();
        _maker.Visit();
        Assert.Equal(ContactState.Connected, _alice.Contact(_bob).State);
        Assert.Equal(ContactState.Request, _alice.Contact(carol).State);
    }

    [Fact]
    public void SamePersonTwice_TakesOneUse()
    {
        var link = MakeLink(2, null);
        _maker.Visit();
        Add(_bob, link.Link);
        _adder.Visit();
        _holders.Order = kept => [.. kept, .. kept];
        _maker.Visit();
        Assert.Equal(1, Assert.Single(_alice.Messenger.Links()).UsesLeft);
    }

    [Fact]
    public void PublicLink_ShowsARequestAndTakesTheRestAfterItsAcceptance()
    {
        var link = MakeLink(0, null);
        Assert.Equal(Invite.DefaultPrice, link.Price);
        _maker.Visit();
        Add(_bob, link.Link);
        for (var i = 0; i < 8; i++)
            _bob.Say(_alice, $"{i}");
        _adder.Visit();
        Assert.Equal(Invite.DefaultPrice, Assert.Single(_bob.Messenger.Boxes().Writes).Price);
        _maker.Visit();
        Assert.Equal(ContactState.Request, _alice.Contact(_bob).State);
        Assert.True(_maker.Later > 0);
        var early = _alice.With(_bob).Count;
        Assert.InRange(early, 1, 4);
        _alice.Batch(messenger => messenger.AcceptRequest(_bob.Id));
        _maker.Visit();
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"{i}"), _alice.With(_bob).Select(message => message.Text));
        _adder.Visit();
        Assert.Equal(ContactState.Connected, _bob.Contact(_alice).State);
    }

    [Fact]
    public void RequestRefused_TheyAreToldByDrop()
    {
        var link = MakeLink(0, null);
        _maker.Visit();
        Add(_bob, link.Link);
        _adder.Visit();
        _maker.Visit();
        _alice.Batch(messenger => messenger.RefuseRequest(_bob.Id));
        _maker.Visit();
        _adder.Visit();
        Assert.Equal(ContactState.Refused, _bob.Contact(_alice).State);
        Assert.Empty(_bob.Messenger.Boxes().Writes);
        Assert.Empty(_bob.Messenger.Boxes().Reads);
    }

    [Fact]
    public void TextBeforeTheRequest_IsKeptForLater()
    {
        var link = MakeLink(1, null);
        _maker.Visit();
        Add(_bob, link.Link);
        _bob.Say(_alice, "first words");
        _adder.Visit();
        _holders.Order = kept => kept.Reverse();
        _maker.Visit();
        Assert.Equal("first words", Assert.Single(_alice.With(_bob)).Text);
    }

    [Fact]
    public void MakerComesBeforeTheBundleWasRead_TheSessionIsMadeDirectly()
    {
        var link = MakeLink(1, null);
        Add(_bob, link.Link);
        _adder.Visit();
        Assert.Empty(_bob.Messenger.Boxes().Writes);
        _bob.Effects.RequestBundle(_alice.Id);
        _bob.Effects.Release();
        new Net(_alice, _bob).Run();
        Assert.Equal(ContactState.Connected, _bob.Contact(_alice).State);
        Assert.Empty(_bob.Messenger.Boxes().Bundles);
    }

    [Fact]
    public void Bundle_IsWrittenOnceADayWhileTheLinkIsValid()
    {
        MakeLink(1, TimeSpan.FromDays(2));
        Assert.NotNull(Assert.Single(_alice.Messenger.Boxes().Links).BundleDue);
        _maker.Visit();
        Assert.Null(Assert.Single(_alice.Messenger.Boxes().Links).BundleDue);
        Days(1);
        Assert.NotNull(Assert.Single(_alice.Messenger.Boxes().Links).BundleDue);
        _maker.Visit();
        Days(1);
        Assert.Null(Assert.Single(_alice.Messenger.Boxes().Links).BundleDue);
        Days(31);
        _maker.Visit();
        Assert.Empty(_alice.Messenger.Boxes().Links);
    }

    [Fact]
    public void WithdrawnOrHiddenLink_IsReadNoMore()
    {
        var link = MakeLink(1, null);
        _alice.Batch(messenger => messenger.RevokeLink(link.Id));
        Assert.Empty(_alice.Messenger.Boxes().Links);
        Assert.Null(_alice.Messenger.WriteStandingBundle(link.Id, 1, [default]));
        MakeLink(1, null);
        using var pair = new Pair(8);
        _alice.Batch(messenger => messenger.AddContact(pair.Alice.Batch(other => other.CreateLink(1, null)).Link, null));
        _alice.Batch(messenger => messenger.SetBlocked(pair.Alice.Id, true));
        Assert.Empty(_alice.Messenger.Boxes().Links);
    }

    [Fact]
    public void BundleOfAnotherAccount_IsRefused()
    {
        using var mallory = new Person("Mallory", 74, _clock);
        var link = MakeLink(1, null);
        Add(_bob, link.Link);
        var theirs = mallory.Batch(messenger => messenger.CreateLink(1, null));
        AssertRefused(Bundle(mallory, theirs));

        // Signed for this box, by another account.
        Assert.True(Link.TryParse(link.Link, out var parsed, out _));
        var body = new StandingBundle(_clock.Now, 0, 1, [mallory.Messenger.Keys.Account.PublicKey], new byte[700]);
        AssertRefused(body.Write(BoxSecrets.OfBundle(parsed.BoxSeed.Span, _alice.Id), mallory.Messenger.Keys.Account));
    }

    [Fact]
    public void BundleChangedOrCut_IsRefused()
    {
        var link = MakeLink(1, null);
        Add(_bob, link.Link);
        var bundle = Bundle(_alice, link);
        for (var at = 0; at < bundle.Length; at += 41)
        {
            byte[] changed = [.. bundle];
            changed[at] ^= 1;
            AssertRefused(changed);
            AssertRefused(bundle[..at]);
        }

        AssertRefused([.. bundle, 0]);
        _bob.Batch(messenger => messenger.ReceiveStandingBundle(_alice.Id, bundle));
        Assert.Single(_bob.Messenger.Boxes().Writes);
    }

    [Fact]
    public void BundleOfAnotherLinkOfTheSameMaker_IsRefused()
    {
        var link = MakeLink(1, null);
        var other = MakeLink(1, null);
        Add(_bob, link.Link);
        AssertRefused(Bundle(_alice, other));
    }

    [Fact]
    public void BundleWithAnotherPrice_IsRefused()
    {
        var link = MakeLink(0, null);
        Add(_bob, link.Link);
        Assert.True(Link.TryParse(link.Link, out var parsed, out _));
        var secret = BoxSecrets.OfBundle(parsed.BoxSeed.Span, _alice.Id);
        Assert.True(StandingBundle.TryRead(Bundle(_alice, link), secret, _alice.Id, out var standing));
        AssertRefused((standing with { Price = 1 }).Write(secret, _alice.Messenger.Keys.Account));
    }

    [Fact]
    public void BundleWithoutTheIdentityOfTheDeviceList_IsRefused()
    {
        using var mallory = new Person("Mallory", 74, _clock);
        var link = MakeLink(1, null);
        Add(_bob, link.Link);
        Assert.True(Link.TryParse(link.Link, out var parsed, out _));
        var secret = BoxSecrets.OfBundle(parsed.BoxSeed.Span, _alice.Id);
        Assert.True(Link.TryParse(mallory.Batch(messenger => messenger.CreateLink(1, null)).Link, out var theirs, out _));
        Assert.True(StandingBundle.TryRead(Bundle(mallory, mallory.Messenger.Links()[0]), BoxSecrets.OfBundle(theirs.BoxSeed.Span, mallory.Id), mallory.Id, out var standing));
        AssertRefused(standing.Write(secret, _alice.Messenger.Keys.Account));
    }

    [Fact]
    public void OldBundlePutAgain_TakesNothingBack()
    {
        var link = MakeLink(1, null);
        Add(_bob, link.Link);
        var old = Bundle(_alice, link, first: 5);
        Days(1);
        var present = Bundle(_alice, link, first: 6);
        _bob.Batch(messenger => messenger.ReceiveStandingBundle(_alice.Id, present));
        _bob.Batch(messenger => messenger.ReceiveStandingBundle(_alice.Id, old));
        Assert.Equal(6, Assert.Single(_bob.Messenger.Boxes().Writes).ReadKeys!.Keys.Min());
    }

    [Fact]
    public void OldBundleFirst_StillReachesTheMaker()
    {
        var link = MakeLink(1, null);
        _maker.Visit();
        Days(20);
        Add(_bob, link.Link);
        _adder.Visit();
        Days(29);
        _maker.Visit();
        Assert.Equal(ContactState.Connected, _alice.Contact(_bob).State);
    }

    [Fact]
    public void ReadKeysRunOut_NewOnesAreFetchedFromTheLink()
    {
        var link = MakeLink(1, null);
        _maker.Visit();
        Add(_bob, link.Link);
        _adder.Visit();
        Assert.Empty(_bob.Messenger.Boxes().Bundles);
        _clock.Advance(TimeSpan.FromMilliseconds(BoxBook.RenewAfter));
        Assert.Single(_bob.Messenger.Boxes().Bundles);
        var period = _clock.Now / Day;
        _bob.Batch(messenger => messenger.ReceiveStandingBundle(_alice.Id, Bundle(_alice, link, first: period)));
        Assert.Empty(_bob.Messenger.Boxes().Bundles);
        Assert.Equal(period, Assert.Single(_bob.Messenger.Boxes().Writes).ReadKeys!.Keys.Min());
    }

    [Fact]
    public void BundleFromNowhere_IsNothing()
    {
        _bob.Batch(messenger => messenger.ReceiveStandingBundle(_alice.Id, [1, 2, 3]));
        Assert.Empty(_bob.Messenger.Contacts());
    }

    private void AssertRefused(byte[] bundle)
    {
        _bob.Batch(messenger => messenger.ReceiveStandingBundle(_alice.Id, bundle));
        Assert.Empty(_bob.Messenger.Boxes().Writes);
        Assert.Null(_bob.Stores.Records.Get(RecordKind.Session, _alice.Id.ToArray()));
    }

    private static byte[] Bundle(Person maker, LinkView link, long first = 1)
    {
        var key = maker.Messenger.Keys.Account.PublicKey;
        return maker.Batch(messenger => messenger.WriteStandingBundle(link.Id, first, [.. Enumerable.Repeat(key, 3)]))!;
    }

    private LinkView MakeLink(int uses, TimeSpan? lifetime) => _alice.Batch(messenger => messenger.CreateLink(uses, lifetime));

    private static void Add(Person person, string link) => person.Batch(messenger => messenger.AddContact(link, null));

    private void Days(int days) => _clock.Advance(TimeSpan.FromDays(days));
}
