using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Conversations;

public sealed class ChangesTests
{
    [Fact]
    public void Edited_BothShowTheNewTextInTheOldPlace()
    {
        using var pair = new Pair();
        var first = pair.Alice.Say(pair.Bob, "helo");
        pair.Alice.Say(pair.Bob, "second");
        pair.Net.Run();
        pair.Alice.Batch(messenger => messenger.EditText(pair.Bob.Id, first.Id, "hello"));
        pair.Alice.Batch(messenger => messenger.EditText(pair.Bob.Id, first.Id, "hello!"));
        pair.Net.Run();
        foreach (var history in new[] { pair.Alice.With(pair.Bob), pair.Bob.With(pair.Alice) })
        {
            Assert.Equal(["hello!", "second"], history.Select(message => message.Text));
            Assert.NotNull(history[0].EditedAt);
        }

        Assert.Equal(0, pair.Alice.Outbox.Count());
        pair.Bob.Refused(MessengerError.Conflict, messenger => messenger.EditText(pair.Alice.Id, first.Id, "mine"));
        pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.EditText(pair.Bob.Id, first.Id, "  "));
    }

    [Fact]
    public void DeletedForEveryone_TheTextIsGoneOnBothSidesForGood()
    {
        using var pair = new Pair();
        var secret = pair.Alice.Say(pair.Bob, "a secret");
        pair.Net.Run();
        var reply = pair.Bob.Say(pair.Alice, "what?", secret.Id);
        Assert.Equal("a secret", reply.ReplyTo!.Text);
        pair.Bob.Refused(MessengerError.Conflict, messenger => messenger.DeleteMessage(pair.Alice.Id, secret.Id, true));
        pair.Alice.Batch(messenger => messenger.DeleteMessage(pair.Bob.Id, secret.Id, true));

        // A reaction on its way comes too late.
        pair.Bob.Batch(messenger => messenger.React(pair.Alice.Id, secret.Id, "👍"));
        pair.Net.Run();
        foreach (var message in new[] { pair.Alice.With(pair.Bob)[0], pair.Bob.With(pair.Alice)[0] })
        {
            Assert.True(message.Deleted);
            Assert.Equal("", message.Text);
            Assert.Empty(message.Reactions);
        }

        Assert.Null(pair.Bob.With(pair.Alice)[1].ReplyTo!.Text);
        Assert.Equal(0, pair.Bob.Contact(pair.Alice).Unread);
        pair.Alice.Refused(MessengerError.Conflict, messenger => messenger.EditText(pair.Bob.Id, secret.Id, "back"));
        pair.Alice.Refused(MessengerError.Conflict, messenger => messenger.React(pair.Bob.Id, secret.Id, "👍"));
    }

    [Fact]
    public void DeletedForMe_StaysOnTheOtherSideAndLeavesNoGap()
    {
        using var pair = new Pair();
        var first = pair.Alice.Say(pair.Bob, "keep this to yourself");
        pair.Net.Run();
        pair.Bob.Batch(messenger => messenger.DeleteMessage(pair.Alice.Id, first.Id, false));
        Assert.Empty(pair.Bob.With(pair.Alice));
        pair.Alice.Batch(messenger => messenger.EditText(pair.Bob.Id, first.Id, "changed"));
        pair.Alice.Say(pair.Bob, "next");
        pair.Net.Run();
        Assert.False(Assert.Single(pair.Bob.With(pair.Alice)).Missing);
        Assert.Equal(2, pair.Alice.With(pair.Bob).Count);
        Assert.Empty(pair.Bob.Stores.Records.All(RecordKind.PendingChange));
    }

    [Fact]
    public void DeletedForMeBeforeItLeft_IsDeliveredAllTheSame()
    {
        using var pair = new Pair();
        pair.Net.Offline.Add(pair.Bob);
        var first = pair.Alice.Say(pair.Bob, "on its way");
        pair.Alice.Batch(messenger => messenger.DeleteMessage(pair.Bob.Id, first.Id, false));
        pair.Net.Offline.Clear();
        pair.Net.Run();
        Assert.Equal("on its way", pair.Bob.Last(pair.Alice).Text);
        Assert.Equal(0, pair.Alice.Outbox.Count());
    }

    [Fact]
    public void Reactions_OneEachTheLastWins()
    {
        using var pair = new Pair();
        var message = pair.Alice.Say(pair.Bob, "look");
        pair.Net.Run();
        pair.Bob.Batch(messenger => messenger.React(pair.Alice.Id, message.Id, "👍"));
        pair.Bob.Batch(messenger => messenger.React(pair.Alice.Id, message.Id, "❤️"));
        pair.Alice.Batch(messenger => messenger.React(pair.Bob.Id, message.Id, "🎉"));
        pair.Net.Run();
        Assert.Equal([("🎉", true), ("❤️", false)], pair.Alice.Last(pair.Bob).Reactions.Select(r => (r.Emoji, r.FromMe)).OrderByDescending(r => r.FromMe));
        Assert.Equal([("❤️", true), ("🎉", false)], pair.Bob.Last(pair.Alice).Reactions.Select(r => (r.Emoji, r.FromMe)).OrderByDescending(r => r.FromMe));
        pair.Bob.Batch(messenger => messenger.React(pair.Alice.Id, message.Id, null));
        pair.Net.Run();
        Assert.Equal("🎉", Assert.Single(pair.Alice.Last(pair.Bob).Reactions).Emoji);
        pair.Bob.Refused(MessengerError.Invalid, messenger => messenger.React(pair.Alice.Id, message.Id, new string('x', 33)));
        pair.Bob.Refused(MessengerError.Invalid, messenger => messenger.React(pair.Alice.Id, message.Id, "\ud83d"));
    }

    [Fact]
    public void ChangesBeforeTheirMessage_AreKeptAndApplied()
    {
        using var pair = new Pair();
        var lost = pair.Alice.Say(pair.Bob, "first");
        pair.Alice.Batch(messenger => messenger.EditText(pair.Bob.Id, lost.Id, "first, changed"));
        pair.Alice.Batch(messenger => messenger.React(pair.Bob.Id, lost.Id, "👀"));
        var envelopes = pair.Alice.Outbox.Load(pair.Bob.Id, -1, 10).Select(item => item.Envelope!.Value.ToArray()).ToArray();
        pair.Net.Deliver(pair.Alice, pair.Bob, envelopes[2], envelopes[1]);
        Assert.Empty(pair.Bob.With(pair.Alice));
        Assert.Equal(2, pair.Bob.Stores.Records.All(RecordKind.PendingChange).Count);
        pair.Bob.Crash();
        pair.Net.Deliver(pair.Alice, pair.Bob, envelopes[0]);
        var shown = pair.Bob.Last(pair.Alice);
        Assert.Equal("first, changed", shown.Text);
        Assert.Equal("👀", Assert.Single(shown.Reactions).Emoji);
        Assert.Empty(pair.Bob.Stores.Records.All(RecordKind.PendingChange));
    }

    [Fact]
    public void Disappearing_BothShowTheSettingAndTheTextsGo()
    {
        using var pair = new Pair();
        pair.Alice.Batch(messenger => messenger.SetDisappearing(pair.Bob.Id, 60_000));
        pair.Net.Run();
        Assert.Equal(60_000, pair.Bob.Contact(pair.Alice).DisappearAfter);
        Assert.Equal(60_000, pair.Bob.Last(pair.Alice).DisappearAfterSet);
        Assert.Equal(60_000, pair.Alice.Last(pair.Bob).DisappearAfterSet);

        var fading = pair.Bob.Say(pair.Alice, "fading");
        Assert.Null(fading.ExpiresAt);
        pair.Net.Run();
        Assert.NotNull(pair.Bob.Last(pair.Alice).ExpiresAt);
        Assert.Null(pair.Alice.Last(pair.Bob).ExpiresAt);
        pair.Net.Pass(TimeSpan.FromSeconds(61));
        Assert.Single(pair.Bob.With(pair.Alice));
        Assert.Null(pair.Bob.Stores.Messages.Find(fading.Id));
        Assert.Equal(2, pair.Alice.With(pair.Bob).Count);

        pair.Alice.Batch(messenger => messenger.MarkRead(pair.Bob.Id, fading.Id));
        Assert.NotNull(pair.Alice.Last(pair.Bob).ExpiresAt);
        Assert.Equal(pair.Alice.Clock.Now + 60_000, pair.Alice.Stores.Messages.NextExpiry());
        pair.Net.Pass(TimeSpan.FromSeconds(61));
        Assert.Null(pair.Alice.Stores.Messages.Find(fading.Id));
        pair.Bob.Say(pair.Alice, "after");
        pair.Net.Run();
        Assert.False(pair.Alice.Last(pair.Bob).Missing);
        pair.Alice.Refused(MessengerError.Invalid, messenger => messenger.SetDisappearing(pair.Bob.Id, -1));
    }

    [Fact]
    public void DisappearedBeforeDelivery_IsStillDelivered()
    {
        using var pair = new Pair();
        pair.Alice.Batch(messenger => messenger.SetDisappearing(pair.Bob.Id, 60_000));
        pair.Net.Run();
        pair.Net.Passes = (from, _, _) => from != pair.Alice;
        var text = pair.Alice.Say(pair.Bob, "patience");
        pair.Net.Run();
        pair.Net.Pass(TimeSpan.FromHours(1));
        Assert.NotNull(pair.Alice.Messenger.Message(text.Id));
        pair.Net.Passes = (_, _, _) => true;
        pair.Net.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("patience", pair.Bob.Last(pair.Alice).Text);
        pair.Net.Pass(TimeSpan.FromHours(1));
        Assert.Null(pair.Alice.Messenger.Message(text.Id));
    }
}
