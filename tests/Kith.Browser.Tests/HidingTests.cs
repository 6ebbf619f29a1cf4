using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Kith.Browser.Tests;

/// <summary>Who may learn where a person is, as they see and set it on the page.</summary>
public sealed class HidingTests(Chromium chromium)
{
    private static readonly string[] Levels = ["My contacts", "Nobody, through forwarders", "Nobody, through Tor"];
    private static readonly string[] Paths = ["Forwarders on the way", "Waiting on the way", "Packets that say nothing and come back to you", "Packets that say nothing and end somewhere"];

    [Fact]
    public async Task LevelAndPaths_AreSetOnThePage_EachWithASentence_AndKept()
    {
        await using var alice = await Person.ArriveAsync(chromium, "Alice");
        await alice.IntroduceAsync();
        await alice.LinkAsync();
        var page = alice.Page;
        await OpenSettingsAsync(page);
        foreach (var control in Levels.Select(level => page.GetByRole(AriaRole.Radio, new() { Name = level })).Concat(Paths.Select(path => page.GetByLabel(path, new() { Exact = true }))))
            Assert.Matches(new Regex(@"^\S.{30,}\.$"), await DescriptionAsync(control));
        await Assertions.Expect(page.GetByRole(AriaRole.Radio, new() { Name = Levels[0] })).ToBeCheckedAsync();

        await page.GetByLabel(Paths[0], new() { Exact = true }).SelectOptionAsync("5");
        await page.GetByLabel(Paths[1], new() { Exact = true }).SelectOptionAsync("0");
        await page.GetByLabel(Paths[2], new() { Exact = true }).SelectOptionAsync("60");
        await page.GetByLabel(Paths[3], new() { Exact = true }).SelectOptionAsync("6");
        await Assertions.Expect(page.GetByLabel(Paths[3], new() { Exact = true })).ToHaveValueAsync("6");
        await ChooseLevelAsync(page, Levels[1]);
        await ReloadAsync(page);
        await Assertions.Expect(page.GetByRole(AriaRole.Radio, new() { Name = Levels[1] })).ToBeCheckedAsync();
        foreach (var (path, value) in Paths.Zip(["5", "0", "60", "6"]))
            await Assertions.Expect(page.GetByLabel(path, new() { Exact = true })).ToHaveValueAsync(value);
        await Accessibility.CheckAsync(page, "settings, veiled");
        Assert.Empty(alice.Complaints);
    }

    [Fact]
    public async Task OnionWithoutTor_IsSaidPlainly_AndMessagesWait()
    {
        // The control port of a Tor that is not there: nothing goes to the real Tor network.
        await using var alice = await Person.ArriveAsync(chromium, "Alice", flags: ["--tor-control", "127.0.0.1:9"]);
        await using var bob = await Person.ArriveAsync(chromium, "Bob");
        await alice.IntroduceAsync();
        await bob.IntroduceAsync();
        await bob.AddAsync(await alice.LinkAsync());
        await alice.Composer.WaitForAsync();
        var page = alice.Page;
        await OpenSettingsAsync(page);
        await ChooseLevelAsync(page, Levels[2]);
        // On every screen, since it is why nothing goes.
        var banner = page.GetByRole(AriaRole.Status).Filter(new() { HasText = "waits until Tor is ready" });
        await Assertions.Expect(banner.First).ToBeVisibleAsync();
        await Accessibility.CheckAsync(page, "settings, onion");
        await page.GetByRole(AriaRole.Navigation).GetByText("Bob").ClickAsync();
        await Assertions.Expect(banner.First).ToBeVisibleAsync();
        await alice.WriteAsync("Through Tor alone.");
        await SaysAsync(alice, "Through Tor alone.", "Not yet");
        Assert.Equal(0, await bob.Message("Through Tor alone.").CountAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Contact details" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Your address").First).ToBeDisabledAsync();
        await Assertions.Expect(page.GetByText("there are no exceptions")).ToBeVisibleAsync();
        Assert.Empty(alice.Complaints);
    }

    private static async Task OpenSettingsAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Your node" }).WaitForAsync();
    }

    private static async Task ReloadAsync(IPage page)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await page.ReloadAsync();
                return;
            }
            catch (PlaywrightException) when (TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
            {
                // The node is just starting anew.
                await Task.Delay(200);
            }
        }
    }

    // The node starts anew; the page finds it again by itself.
    private static async Task ChooseLevelAsync(IPage page, string level)
    {
        await page.GetByRole(AriaRole.Radio, new() { Name = level }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Change it" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Radio, new() { Name = level })).ToBeCheckedAsync();
    }

    // What the details of a message say of how it went, and the drawing of it where it went.
    private static async Task SaysAsync(Person person, string text, string way)
    {
        await person.ChooseAsync(text, "Details");
        var dialog = person.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync(way);
        await Assertions.Expect(dialog.GetByRole(AriaRole.Img, new() { NameRegex = new("^You – .* – ") })).ToHaveCountAsync(way == "Not yet" ? 0 : 1);
        await person.Page.Keyboard.PressAsync("Escape");
        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    private static async Task<string> DescriptionAsync(ILocator control)
    {
        await control.WaitForAsync();
        return await control.EvaluateAsync<string>("element => (element.getAttribute('aria-describedby') ?? '').split(' ').map(id => document.getElementById(id)?.textContent ?? '').join(' ').trim()");
    }
}
