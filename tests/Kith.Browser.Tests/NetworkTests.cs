using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Kith.Browser.Tests;

/// <summary>The network view on real nodes.</summary>
[Collection(Screens.OneAfterTheOther)]
public sealed partial class NetworkTests(SharedMeeting shared) : IClassFixture<SharedMeeting>
{
    [Fact]
    public async Task Picture_WithAContact_ShowsThem_AndTheListSaysTheSame()
    {
        var meeting = await shared.AgainAsync();
        var page = meeting.Alice.Page;
        await OpenAsync(page);
        await Assertions.Expect(Contact(page, "Bob")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByTestId("network-headline")).ToContainTextAsync("one contact");
        await page.GetByText("List", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { NameRegex = BobRow() })).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Table)).ToBeVisibleAsync();
        Assert.Empty(meeting.Alice.Complaints);
    }

    [Fact]
    public async Task Keyboard_Alone_GoesThroughThePictureAndOpensAConversation()
    {
        var meeting = await shared.AgainAsync();
        var page = meeting.Alice.Page;
        await page.GetByRole(AriaRole.Button, new() { NameRegex = NetworkButton() }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Contact(page, "Bob")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = "Picture" }).FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator("[data-place=me]")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(Contact(page, "Bob")).ToBeFocusedAsync();
        // Over UDP as a rule; on a loaded machine TCP may win the race.
        await Assertions.Expect(page.GetByTestId("place-card")).ToContainTextAsync(new Regex("Straight, over (UDP|TCP)"));
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Open conversation" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(meeting.Alice.Composer).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Phone_NothingIsWiderThanTheScreen_AndNothingHindersAnybody(ColorScheme scheme)
    {
        var meeting = await shared.AgainAsync(Screen.Phone with { Scheme = scheme });
        var page = meeting.Alice.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Back" }).ClickAsync();
        await OpenAsync(page);
        await Contact(page, "Bob").ClickAsync();
        await Assertions.Expect(page.GetByTestId("place-card")).ToBeVisibleAsync();
        await FitsAsync(page);
        await Accessibility.CheckAsync(page, "network as a picture");
        await page.GetByText("List", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Table)).ToBeVisibleAsync();
        await FitsAsync(page);
        await Accessibility.CheckAsync(page, "network as a list");
    }

    private static async Task OpenAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { NameRegex = NetworkButton() }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Who is around you" }).WaitForAsync();
    }

    private static ILocator Contact(IPage page, string name) => page.Locator("[data-place=contact]").And(page.GetByLabel(new Regex($"^{name}, contact")));

    private static async Task FitsAsync(IPage page)
        => Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"), "something is wider than the screen");

    [GeneratedRegex("^Network: ")]
    private static partial Regex NetworkButton();

    [GeneratedRegex("^Bob 127\\.0\\.0\\.1")]
    private static partial Regex BobRow();
}
