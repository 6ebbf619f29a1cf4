using Kith.Delivery;
using Kith.Messaging.Conversations;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Conversations;

public sealed class EverydayTests
{
    [Fact]
    public void TextOf64KiB_IsTakenAndOneMoreByteIsNot()
    {
        using var pair = new Pair();
        var most = new string('x', 64 * 1024);
        pair.Alice.Say(pair.Bob, most);
        pair.Net.Run();
        Assert.Equal(most, pair.Bob.Last(pair.Alice).Text);
        pair.Alice.Refused(MessengerError.TooLarge, messenger => messenger.SendText(pair.Bob.Id, most + "x", null, RouteKind.Auto));
        pair.Alice.Refused(MessengerError.TooLarge, messenger => messenger.SendText(pair.Bob.Id, new string('é', 33 * 1024), null, RouteKind.Auto));
        pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.SendText(pair.Bob.Id, " \n", null, RouteKind.Auto));
        pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.SendText(pair.Bob.Id, "half \ud800", null, RouteKind.Auto));
        pair.Alice.Refused(MessengerError.NotFound, messenger => messenger.SendText(pair.Alice.Id, "to myself", null, RouteKind.Auto));
        pair.Alice.Refused(MessengerError.NotFound, messenger => messenger.SendText(pair.Bob.Id, "re", Wire.MessageId.FromBytes(new byte[16]), RouteKind.Auto));
        Assert.Single(pair.Alice.With(pair.Bob));
    }

    [Fact]
    public void ManyInOneBatch_OneReceipt()
    {
        using var pair = new Pair();
        pair.Alice.Batch(messenger =>
        {
            for (var i = 0; i < 50; i++)
                messenger.SendText(pair.Bob.Id, $"{i}", null, RouteKind.Auto);
        });
        var envelopes = pair.Alice.Outbox.Load(pair.Bob.Id, -1, 100).Select(item => item.Envelope!.Value.ToArray()).ToArray();
        pair.Net.Deliver(pair.Alice, pair.Bob, envelopes);
        Assert.Single(pair.Bob.Effects.Once);
        pair.Net.Step(pair.Bob);
        Assert.Equal(0, pair.Alice.Outbox.Count());
        Assert.All(pair.Alice.With(pair.Bob), message => Assert.Equal(MessageState.Delivered, message.State));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), pair.Bob.With(pair.Alice).Select(message => message.Text));
        Assert.Equal(50, pair.Bob.Contact(pair.Alice).Unread);
    }

    [Fact]
    public void ReadReceiptsOff_NeitherSentNorShown()
    {
        using var pair = new Pair();
        var message = pair.Alice.Say(pair.Bob, "seen?");
        pair.Net.Run();
        pair.Bob.Batch(messenger => messenger.ChangeSettings(messenger.Settings with { ReadReceipts = false }));
        pair.Bob.Batch(messenger => messenger.MarkRead(pair.Alice.Id, message.Id));
        Assert.Equal(0, pair.Bob.Outbox.Count());
        var answer = pair.Bob.Say(pair.Alice, "maybe");
        pair.Net.Run();
        Assert.Equal(MessageState.Delivered, pair.Alice.With(pair.Bob)[0].State);
        pair.Alice.Batch(messenger => messenger.MarkRead(pair.Bob.Id, answer.Id));
        pair.Net.Run();
        Assert.Equal(MessageState.Delivered, pair.Bob.Last(pair.Alice).State);
    }

    [Fact]
    public void MarkedReadUpTo_TheRestStaysUnread()
    {
        using var pair = new Pair();
        var ids = Enumerable.Range(0, 5).Select(i => pair.Alice.Say(pair.Bob, $"{i}").Id).ToArray();
        pair.Net.Run();
        pair.Bob.Batch(messenger => messenger.MarkRead(pair.Alice.Id, ids[1]));
        pair.Net.Run();
        Assert.Equal(3, pair.Bob.Contact(pair.Alice).Unread);
        Assert.Equal([true, true, false, false, false], pair.Alice.With(pair.Bob).Select(message => message.State == MessageState.Read));
        pair.Bob.Batch(messenger => messenger.MarkRead(pair.Alice.Id, ids[4]));
        pair.Net.Run();
        Assert.Equal(0, pair.Bob.Contact(pair.Alice).Unread);
        Assert.All(pair.Alice.With(pair.Bob), message => Assert.Equal(MessageState.Read, message.State));
    }

    [Fact]
    public void Typing_IsShownEndsByItselfAndHonoursTheSetting()
    {
        using var pair = new Pair();
        pair.Bob.Batch(messenger => messenger.SetTyping(pair.Alice.Id, true));
        pair.Net.Run();
        Assert.True(Assert.Single(pair.Alice.Effects.Events.OfType<MessengerEvent.Typing>()).Active);
        pair.Net.Pass(TimeSpan.FromSeconds(11));
        Assert.False(pair.Alice.Effects.Events.OfType<MessengerEvent.Typing>().Last().Active);

        pair.Alice.Effects.Events.Clear();
        pair.Alice.Batch(messenger => messenger.ChangeSettings(messenger.Settings with { Typing = false }));
        pair.Bob.Batch(messenger => messenger.SetTyping(pair.Alice.Id, false));
        pair.Bob.Batch(messenger => messenger.SetTyping(pair.Alice.Id, true));
        pair.Net.Run();
        Assert.Empty(pair.Alice.Effects.Events.OfType<MessengerEvent.Typing>());
        pair.Alice.Batch(messenger => messenger.SetTyping(pair.Bob.Id, true));
        Assert.Empty(pair.Alice.Effects.Once);
    }

    [Fact]
    public void Search_EveryWordWhateverCaseAndMarks()
    {
        using var pair = new Pair();
        pair.Alice.Say(pair.Bob, "Crème brûlée in Zürich");
        pair.Bob.Say(pair.Alice, "no dessert today");
        pair.Alice.Say(pair.Bob, "ZURICH again, Ἀθῆναι next");
        pair.Net.Run();
        Assert.Equal(2, pair.Bob.Messenger.Search("zurich", null, 10).Count);
        Assert.Equal("Crème brûlée in Zürich", Assert.Single(pair.Bob.Messenger.Search("BRULEE  züri", pair.Alice.Id, 10)).Text);
        Assert.Single(pair.Bob.Messenger.Search("αθηναι", null, 10));
        Assert.Empty(pair.Bob.Messenger.Search("zurich dessert", null, 10));
        Assert.Equal("ZURICH again, Ἀθῆναι next", pair.Bob.Messenger.Search("zurich", null, 1)[0].Text);
        pair.Bob.Refused(MessengerError.Invalid, messenger => messenger.Search("  ", null, 10));
    }

    [Fact]
    public void History_PagesBothWays()
    {
        using var pair = new Pair();
        pair.Alice.Batch(messenger =>
        {
            for (var i = 0; i < 10; i++)
                messenger.SendText(pair.Bob.Id, $"{i}", null, RouteKind.Auto);
        });
        var newest = pair.Alice.Messenger.History(pair.Bob.Id, null, null, 4);
        Assert.Equal(["6", "7", "8", "9"], newest.Messages.Select(message => message.Text));
        Assert.True(newest.More);
        var before = pair.Alice.Messenger.History(pair.Bob.Id, newest.Messages[0].Id, null, 6);
        Assert.Equal(["0", "1", "2", "3", "4", "5"], before.Messages.Select(message => message.Text));
        Assert.False(before.More);
        var after = pair.Alice.Messenger.History(pair.Bob.Id, null, before.Messages[^1].Id, 3);
        Assert.Equal(["6", "7", "8"], after.Messages.Select(message => message.Text));
        Assert.True(after.More);
        pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.History(pair.Bob.Id, null, null, 0));
    }

    [Fact]
    public void DraftsMuteAndSettings_AreKeptOverARestart()
    {
        using var pair = new Pair();
        pair.Alice.Batch(messenger =>
        {
            messenger.SetDraft(pair.Bob.Id, "half a thought");
            messenger.SetMuted(pair.Bob.Id, true);
            messenger.ChangeSettings(messenger.Settings with { Theme = "dark", Notifications = false, Paths = new PathSettings(5, 0, 12, 0) });
        });
        pair.Alice.Crash();
        var contact = pair.Alice.Contact(pair.Bob);
        Assert.Equal("half a thought", contact.Draft);
        Assert.True(contact.Muted);
        Assert.Equal("dark", pair.Alice.Messenger.Settings.Theme);
        Assert.False(pair.Alice.Messenger.Settings.Notifications);
        Assert.Equal(new PathSettings(5, 0, 12, 0), pair.Alice.Messenger.Settings.Paths);
        Assert.Equal(PathSettings.Standard, pair.Bob.Messenger.Settings.Paths);
        foreach (var paths in new PathSettings[] { new(1, 20, 0, 0), new(6, 20, 0, 0), new(3, -1, 0, 0), new(3, 501, 0, 0), new(3, 20, -1, 0), new(3, 20, 601, 0), new(3, 20, 0, 601), new(3, 20, 0, int.MinValue) })
            pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.ChangeSettings(messenger.Settings with { Paths = paths }));
        pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.ChangeSettings(messenger.Settings with { Name = "\u202e" }));
        pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.ChangeSettings(messenger.Settings with { Privacy = "hidden" }));
        pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.ChangeSettings(messenger.Settings with { Relay = "perhaps" }));
        pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.ChangeSettings(messenger.Settings with { Theme = "pink" }));
        pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.ChangeSettings(messenger.Settings with { Language = "en\"><script>" }));
    }

    [Fact]
    public void Deleted_EverythingOfTheContactIsGone()
    {
        using var pair = new Pair();
        var sent = pair.Alice.Say(pair.Bob, "bye");
        pair.Net.Run();
        pair.Alice.Say(pair.Bob, "unsent");
        pair.Alice.Batch(messenger => messenger.DeleteContact(pair.Bob.Id));
        Assert.Empty(pair.Alice.Messenger.Contacts());
        Assert.Null(pair.Alice.Messenger.Message(sent.Id));
        Assert.Equal(0, pair.Alice.Outbox.Count());
        Assert.Empty(pair.Alice.Stores.Records.All(RecordKind.Contact));
        Assert.Empty(pair.Alice.Stores.Records.All(RecordKind.Conversation));
        Assert.False(pair.Alice.Effects.Peers.ContainsKey(pair.Bob.Id));
        pair.Alice.Refused(MessengerError.NotFound, messenger => messenger.History(pair.Bob.Id, null, null, 10));
    }
}
