using Microsoft.Playwright;

namespace Kith.Browser.Tests;

[Collection(Screens.OneAfterTheOther)]
public sealed class LayoutTests(SharedMeeting shared) : IClassFixture<SharedMeeting>
{
    [Fact]
    public async Task Phone_ShowsOnePaneAtATime_AndNothingIsWiderThanTheScreen()
    {
        var meeting = await shared.AgainAsync(Screen.Phone);
        var page = meeting.Alice.Page;
        await meeting.Bob.WriteAsync(string.Concat(Enumerable.Repeat("averylongwordwithoutanyspace", 20)));
        await meeting.Alice.SeesAsync("averylongword");
        await FitsAsync(page);
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Back" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToBeVisibleAsync();
        await Assertions.Expect(meeting.Alice.Composer).ToHaveCountAsync(0);
        await FitsAsync(page);
        await page.GoBackAsync();
        await Assertions.Expect(meeting.Alice.Composer).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Wide_ShowsListAndConversationSideBySide_AndTheThemeCanBeChosen()
    {
        var meeting = await shared.AgainAsync();
        var page = meeting.Alice.Page;
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToBeVisibleAsync();
        await Assertions.Expect(meeting.Alice.Composer).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await page.GetByText("Dark", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-mantine-color-scheme", "dark");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-mantine-color-scheme", "dark");
    }

    private static async Task FitsAsync(IPage page)
        => Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"), "something is wider than the screen");
}
