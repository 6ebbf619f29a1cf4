using Microsoft.Playwright;

namespace Kith.Browser.Tests;

[Collection(Screens.OneAfterTheOther)]
public sealed class ConversationTests(Chromium chromium, SharedMeeting shared) : IClassFixture<SharedMeeting>
{
    [Fact]
    public async Task Reply_QuotesTheMessageOnBothSides()
    {
        var meeting = await shared.AgainAsync();
        await meeting.Bob.WriteAsync("Tea or coffee?");
        await meeting.Alice.SeesAsync("Tea or coffee?");
        await meeting.Alice.ChooseAsync("Tea or coffee?", "Reply");
        await meeting.Alice.WriteAsync("Both, please.");
        var answer = meeting.Bob.Message("Both, please.");
        await Assertions.Expect(answer).ToContainTextAsync("Tea or coffee?");
    }

    [Fact]
    public async Task Edit_ByArrowUp_ChangesTheTextOnBothSides()
    {
        var meeting = await shared.AgainAsync();
        await meeting.Alice.WriteAsync("Se you at noon");
        await meeting.Bob.SeesAsync("Se you at noon");
        await meeting.Alice.Composer.PressAsync("ArrowUp");
        await Assertions.Expect(meeting.Alice.Composer).ToHaveValueAsync("Se you at noon");
        await meeting.Alice.WriteAsync("See you at noon");
        await meeting.Bob.SeesAsync("See you at noon");
        await Assertions.Expect(meeting.Bob.Message("See you at noon")).ToContainTextAsync("edited");
        await Assertions.Expect(meeting.Bob.Message("Se you at noon")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task DeleteForEveryone_LeavesATombstoneOnBothSides()
    {
        var meeting = await shared.AgainAsync();
        await meeting.Alice.WriteAsync("Not for you");
        await meeting.Bob.SeesAsync("Not for you");
        await meeting.Alice.ChooseAsync("Not for you", "Delete…");
        await meeting.Alice.Page.GetByRole(AriaRole.Button, new() { Name = "Delete for everyone" }).ClickAsync();
        await Assertions.Expect(meeting.Bob.Message("Message deleted")).ToHaveCountAsync(1);
        await Assertions.Expect(meeting.Alice.Message("Message deleted")).ToHaveCountAsync(1);
        await Assertions.Expect(meeting.Bob.Message("Not for you")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task DeleteForMe_TakesItAwayHereOnly()
    {
        var meeting = await shared.AgainAsync();
        await meeting.Alice.WriteAsync("Keep this");
        await meeting.Bob.SeesAsync("Keep this");
        await meeting.Bob.ChooseAsync("Keep this", "Delete…");
        await meeting.Bob.Page.GetByRole(AriaRole.Button, new() { Name = "Delete for me" }).ClickAsync();
        await Assertions.Expect(meeting.Bob.Message("Keep this")).ToHaveCountAsync(0);
        await meeting.Alice.SeesAsync("Keep this");
    }

    [Fact]
    public async Task Reaction_AppearsOnBothSidesAndCanBeTakenBack()
    {
        var meeting = await shared.AgainAsync();
        await meeting.Alice.WriteAsync("I passed!");
        await meeting.Bob.SeesAsync("I passed!");
        await meeting.Bob.ChooseAsync("I passed!", "🎉");
        var seen = meeting.Alice.Message("I passed!").GetByRole(AriaRole.Button, new() { Name = "🎉 from Bob" });
        await Assertions.Expect(seen).ToBeVisibleAsync();
        await meeting.Bob.Message("I passed!").GetByRole(AriaRole.Button, new() { Name = "🎉 from You" }).ClickAsync();
        await Assertions.Expect(seen).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task State_GoesToReadWhenTheOtherLooks_AndTheDetailsSayHowItTravelled()
    {
        var meeting = await shared.AgainAsync();
        await meeting.Alice.WriteAsync("Did you see it?");
        await meeting.Bob.SeesAsync("Did you see it?");
        await Assertions.Expect(meeting.Alice.Message("Did you see it?").GetByRole(AriaRole.Img, new() { NameRegex = new("Delivered|Read") })).ToBeVisibleAsync();
        await meeting.Alice.ChooseAsync("Did you see it?", "Details");
        await Assertions.Expect(meeting.Alice.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Straight from node to node");
    }

    [Fact]
    public async Task Keyboard_Alone_WritesOpensTheMenuAndReplies()
    {
        var meeting = await shared.AgainAsync();
        await meeting.Bob.WriteAsync("Only keys today?");
        await meeting.Alice.SeesAsync("Only keys today?");
        var page = meeting.Alice.Page;
        await meeting.Alice.Message("Only keys today?").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Menu)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Menu)).ToHaveCountAsync(0);
        await Assertions.Expect(meeting.Alice.Message("Only keys today?")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("r");
        await Assertions.Expect(meeting.Alice.Composer).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Yes.");
        await page.Keyboard.PressAsync("Enter");
        await meeting.Bob.SeesAsync("Yes.");
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("keys");
        await Assertions.Expect(page.GetByRole(AriaRole.Navigation).Locator("mark")).ToHaveTextAsync("keys");
    }

    [Fact]
    public async Task Draft_SurvivesClosingThePage()
    {
        await using var meeting = await Meeting.ArrangeAsync(chromium);
        var saved = meeting.Alice.Page.WaitForResponseAsync(answer => answer.Request.Method == "PATCH" && answer.Ok);
        await meeting.Alice.Composer.FillAsync("half a thought");
        await saved;
        await meeting.Alice.Page.ReloadAsync();
        await Assertions.Expect(meeting.Alice.Composer).ToHaveValueAsync("half a thought");
    }

    [Fact]
    public async Task DisappearingMessages_ChangedByOne_StandAsANoticeOnBothSides()
    {
        var meeting = await shared.AgainAsync();
        await meeting.Alice.WriteAsync("Stays for ever");
        await meeting.Bob.SeesAsync("Stays for ever");
        var page = meeting.Alice.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Contact details" }).ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Disappearing messages" }).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = "1 hour" }).ClickAsync();
        await Assertions.Expect(page.GetByText("You set messages to disappear: 1 hour")).ToBeVisibleAsync();
        await Assertions.Expect(meeting.Bob.Page.GetByText("Alice set messages to disappear: 1 hour")).ToBeVisibleAsync();
    }
}
