using Microsoft.Playwright;

namespace Kith.Browser.Tests;

[Collection(Screens.OneAfterTheOther)]
public sealed class RestartTests(Chromium chromium)
{
    private const string Offline = "Your node is not running";

    [Fact]
    public async Task OwnNode_KilledDuringAConversation_NothingIsLostAndThePageGoesOnByItself()
    {
        await using var meeting = await Meeting.ArrangeAsync(chromium);
        var (alice, bob) = (meeting.Alice, meeting.Bob);
        await alice.WriteAsync("before");
        await bob.SeesAsync("before");

        await alice.Node.KillAsync();
        await Assertions.Expect(alice.Page.GetByText(Offline)).ToBeVisibleAsync();
        await alice.WriteAsync("written while away");
        await alice.WriteAsync("and one more");
        await Assertions.Expect(alice.Page.GetByText("Not handed to your node yet.")).ToHaveCountAsync(2);
        await bob.WriteAsync("are you there?");

        await alice.Node.StartAsync();
        await Assertions.Expect(alice.Page.GetByText(Offline)).ToHaveCountAsync(0);
        await bob.SeesAsync("written while away");
        await bob.SeesAsync("and one more");
        await alice.SeesAsync("before");
        await alice.SeesAsync("are you there?");
        await alice.SeesAsync("written while away");
        Assert.Equal(["written while away", "and one more"], await OrderAsync(bob, "written while away", "and one more"));
    }

    [Fact]
    public async Task OtherNode_KilledAndStartedAgain_GetsEveryMessageOnceInOrder()
    {
        await using var meeting = await Meeting.ArrangeAsync(chromium);
        var (alice, bob) = (meeting.Alice, meeting.Bob);
        await alice.WriteAsync("first");
        await bob.SeesAsync("first");
        await bob.Node.KillAsync();
        string[] texts = [.. Enumerable.Range(1, 5).Select(number => $"message number {number}.")];
        foreach (var text in texts)
            await alice.WriteAsync(text);
        await Assertions.Expect(alice.Message(texts[^1])).ToHaveCountAsync(1);
        await bob.Node.StartAsync();
        foreach (var text in texts)
            await bob.SeesAsync(text);
        Assert.Equal(texts, await OrderAsync(bob, texts));
    }

    private static async Task<string[]> OrderAsync(Person person, params string[] texts)
    {
        var all = await person.Messages.AllInnerTextsAsync();
        return [.. all.Select(shown => texts.FirstOrDefault(text => shown.Contains(text, StringComparison.Ordinal))).OfType<string>()];
    }
}
