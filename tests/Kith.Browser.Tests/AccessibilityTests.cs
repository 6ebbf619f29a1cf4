using Microsoft.Playwright;

namespace Kith.Browser.Tests;

[Collection(Screens.OneAfterTheOther)]
public sealed class AccessibilityTests(Chromium chromium)
{
    /// <summary>Both schemes and both widths; each with each in the long form.</summary>
    public static TheoryData<ColorScheme, bool> Looks => Checkout.Full
        ? new() { { ColorScheme.Light, false }, { ColorScheme.Dark, false }, { ColorScheme.Light, true }, { ColorScheme.Dark, true } }
        : new() { { ColorScheme.Dark, false }, { ColorScheme.Light, true } };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task EachScreen_HasNoSeriousFinding(ColorScheme scheme, bool phone)
    {
        var screen = (phone ? Screen.Phone : new Screen()) with { Scheme = scheme };
        await using (var newcomer = await Person.ArriveAsync(chromium, "Carol", screen))
        {
            await newcomer.Page.GetByLabel("What are you called?").WaitForAsync();
            await Accessibility.CheckAsync(newcomer.Page, "name");
            await newcomer.IntroduceAsync();
            await newcomer.LinkAsync();
            await Accessibility.CheckAsync(newcomer.Page, "links");
        }

        await using var meeting = await Meeting.ArrangeAsync(chromium, screen);
        await ConversationAsync(meeting);
        await SurroundingsAsync(meeting.Alice.Page, phone);
    }

    private static async Task ConversationAsync(Meeting meeting)
    {
        var page = meeting.Alice.Page;
        await Accessibility.CheckAsync(page, "empty conversation");
        await meeting.Bob.WriteAsync("Look: https://example.com");
        await meeting.Alice.SeesAsync("Look:");
        await meeting.Alice.ChooseAsync("Look:", "Reply");
        await meeting.Alice.WriteAsync("A fine page.");
        await meeting.Bob.SeesAsync("A fine page.");
        await Accessibility.CheckAsync(page, "conversation");
        await meeting.Alice.Message("A fine page.").ClickAsync(new() { Button = MouseButton.Right });
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Details" }).WaitForAsync();
        await Accessibility.CheckAsync(page, "message menu");
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Details" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await Accessibility.CheckAsync(page, "message details");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Dialog).WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    private static async Task SurroundingsAsync(IPage page, bool phone)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Contact details" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show safety number" }).ClickAsync();
        await page.GetByAltText("The safety number as a QR code").WaitForAsync();
        await Accessibility.CheckAsync(page, "contact");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await page.GetByAltText("The safety number as a QR code").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        if (phone)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Back" }).ClickAsync();
            await Accessibility.CheckAsync(page, "list");
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Add a contact" }).ClickAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "My link" }).ClickAsync();
        await page.GetByTestId("my-link").WaitForAsync();
        await Accessibility.CheckAsync(page, "add a contact");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Dialog).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Your node" }).WaitForAsync();
        await Accessibility.CheckAsync(page, "settings");
        await page.GetByRole(AriaRole.Button, new() { Name = "See the network" }).ClickAsync();
        await page.Locator("[data-place=contact]").WaitForAsync();
        await Accessibility.CheckAsync(page, "network");
    }
}
