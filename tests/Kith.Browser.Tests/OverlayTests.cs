using Microsoft.Playwright;

namespace Kith.Browser.Tests;

/// <summary>What the page shows of the overlay, with nodes that enter it by one another.</summary>
public sealed class OverlayTests(Chromium chromium)
{
    /// <summary>A silent peer is dropped after 20 s.</summary>
    private const float UntilDropped = 120_000;

    [Fact]
    public async Task Picture_NodesComeAndDie_TheyAppearAndFadeWithoutReloading()
    {
        await using var entry = new NodeProcess();
        await entry.StartAsync();
        await using var alice = await Person.ArriveAsync(chromium, "Alice", entries: [entry.Listen]);
        var page = alice.Page;
        await page.GetByLabel("What are you called?").WaitForAsync();
        await page.GotoAsync(new Uri(alice.Node.Address, "/#/network").ToString());
        await Assertions.Expect(Peers(page)).ToHaveCountAsync(1);
        await Assertions.Expect(page.GetByText("Through a node that you named")).ToBeVisibleAsync();
        await using var third = new NodeProcess { Entries = [entry.Listen] };
        await third.StartAsync();
        await Assertions.Expect(Peers(page)).ToHaveCountAsync(2, new() { Timeout = 90_000 });
        await third.KillAsync();
        await Assertions.Expect(page.Locator("[data-place=peer][data-leaving]")).ToHaveCountAsync(1, new() { Timeout = UntilDropped });
        await Assertions.Expect(Peers(page)).ToHaveCountAsync(1);
        Assert.Empty(alice.Complaints);
    }

    [Fact]
    public async Task Empty_NobodyAround_SaysWhatIsTriedAndWhatToDo()
    {
        await using var alice = await Person.ArriveAsync(chromium, "Alice", entries: ["127.0.0.1:9"]);
        await alice.Page.GetByLabel("What are you called?").WaitForAsync();
        await alice.Page.GotoAsync(new Uri(alice.Node.Address, "/#/network").ToString());
        await Assertions.Expect(alice.Page.GetByTestId("network-headline")).ToContainTextAsync("Looking for others");
        await Assertions.Expect(alice.Page.GetByText("127.0.0.1:9").First).ToBeVisibleAsync();
        var problems = alice.Page.GetByRole(AriaRole.List, new() { Name = "What is wrong" });
        await Assertions.Expect(problems).ToContainTextAsync("What to do:", new() { Timeout = UntilDropped });
        await Accessibility.CheckAsync(alice.Page, "network with nobody");
    }

    [Fact]
    public async Task FindKeys_OneContactLeftOut_IsSaidBeforeAndAfter()
    {
        await using var meeting = await Meeting.ArrangeAsync(chromium);
        var page = meeting.Alice.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Give out new keys…" }).ClickAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Bob" }).UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Give new keys to nobody" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("Bob will no longer find you");
        await Accessibility.CheckAsync(page, "find keys");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Give out new keys" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Bob can find you no more")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task FindNow_ContactIsInTheNetwork_TheirAddressIsShown()
    {
        await using var entry = new NodeProcess();
        await entry.StartAsync();
        await using var meeting = await Meeting.ArrangeAsync(chromium, entries: [entry.Listen]);
        var page = meeting.Alice.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Contact details" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Find now" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Bob was found after")).ToBeVisibleAsync(new() { Timeout = 90_000 });
        await Assertions.Expect(page.GetByText(meeting.Bob.Node.Listen, new() { Exact = true })).ToBeVisibleAsync();
    }

    /// <summary>Peers that are there, not those just leaving.</summary>
    private static ILocator Peers(IPage page) => page.Locator("[data-place=peer]:not([data-leaving])");
}
