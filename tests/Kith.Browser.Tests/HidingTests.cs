using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Kith.Browser.Tests;

/// <summary>Who may learn where a person is, as they see and set it on the page.</summary>
[Collection(Screens.OneAfterTheOther)]
public sealed class HidingTests(Chromium chromium)
{
    private static readonly string[] Levels = ["My contacts", "Nobody, through forwarders", "Nobody, through Tor"];
    private static readonly string[] Paths = ["Forwarders on the way", "Waiting on the way", "Packets that say nothing and come back to you", "Packets that say nothing and end somewhere"];

    /// <summary>Beside the two people: enough for two paths of two that share nobody, three guards and the holders by whom the two hear of each other.</summary>
    private const int Others = 6;

    /// <summary>For what a small and busy machine takes its time with, milliseconds.</summary>
    private const float Patience = 120_000;

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

    [Fact]
    public async Task Exception_IsSetForOneContactOnThePage_Kept_AndTakenBackWithoutLoss()
    {
        await using var meeting = await Meeting.ArrangeAsync(chromium);
        var (alice, bob) = (meeting.Alice, meeting.Bob);
        var page = alice.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Contact details" }).ClickAsync();
        await ExceptAsync(page, "Only through forwarders");
        await Assertions.Expect(page.GetByText("Bob does not learn your address").First).ToBeVisibleAsync();
        await Accessibility.CheckAsync(page, "contact details, an exception");
        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Contact details" }).ClickAsync();
        await Assertions.Expect(Address(page)).ToHaveValueAsync("Only through forwarders");
        await page.Keyboard.PressAsync("Escape");

        // Nobody is there who forwards or keeps anything: it waits, and is said nowhere else.
        await alice.WriteAsync("Hidden from Bob.");
        await SaysAsync(alice, "Hidden from Bob.", "Not yet");
        Assert.Equal(0, await bob.Message("Hidden from Bob.").CountAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Contact details" }).ClickAsync();
        await ExceptAsync(page, "As in my settings");
        await Assertions.Expect(bob.Message("Hidden from Bob.")).ToHaveCountAsync(1, new() { Timeout = Patience });
        Assert.Empty(alice.Complaints);
        Assert.Empty(bob.Complaints);
    }

    [Fact]
    public async Task ForwardedMessage_IsDrawnAsItWent_WhateverIsSetLater()
    {
        var others = new List<NodeProcess>();
        try
        {
            for (var i = 0; i < Others; i++)
            {
                others.Add(new NodeProcess { Entries = [.. others.Take(1).Select(first => first.Listen)] });
                await others[i].StartAsync();
            }

            await using var alice = await Person.ArriveAsync(chromium, "Alice", entries: [others[0].Listen], flags: ["--privacy", "veiled"]);
            await using var bob = await Person.ArriveAsync(chromium, "Bob", entries: [others[0].Listen], flags: ["--privacy", "veiled"]);
            await alice.IntroduceAsync();
            await bob.IntroduceAsync();
            await bob.AddAsync(await alice.LinkAsync());
            await alice.Composer.WaitForAsync(new() { Timeout = Patience });
            await ForwardersAsync(alice.Page, "2");
            await alice.Page.GetByRole(AriaRole.Navigation).GetByText("Bob").ClickAsync();

            // By name, so that nothing else is taken: it waits until both know where the other is met.
            await alice.Page.EvaluateAsync(
                "text => fetch('/api/v1/contacts/Bob/messages', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text, route: 'forward', wait: 'delivered', timeout: 120000 }) }).then(answer => answer.json())",
                "By forwarders.");
            await SaysAsync(alice, "By forwarders.", "Through other nodes that pass it on", "You – 2 forwarders – Bob");
            await IsDrawnInOneRowAsync(alice, "By forwarders.");
            await bob.SeesAsync("By forwarders.");
            await SaysAsync(bob, "By forwarders.", "Through other nodes that pass it on", "Alice – forwarders – You");

            await ForwardersAsync(alice.Page, "5");
            await alice.Page.GetByRole(AriaRole.Navigation).GetByText("Bob").ClickAsync();
            await SaysAsync(alice, "By forwarders.", "Through other nodes that pass it on", "You – 2 forwarders – Bob");
            Assert.Empty(alice.Complaints);
            Assert.Empty(bob.Complaints);
        }
        finally
        {
            foreach (var other in others)
                await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task WaysIntoTor_AreSetOnThePage_Kept_AndABadLineIsSaidByItsNumber()
    {
        await using var alice = await Person.ArriveAsync(chromium, "Alice");
        await alice.IntroduceAsync();
        await alice.LinkAsync();
        var page = alice.Page;
        await OpenSettingsAsync(page);
        var bridges = page.GetByLabel("Bridges", new() { Exact = true });
        var save = page.GetByRole(AriaRole.Button, new() { Name = "Save: Bridges" });
        await Assertions.Expect(save).ToBeDisabledAsync();
        await bridges.FillAsync("Bridge 192.0.2.1:443\n\nno bridge at all");
        await save.ClickAsync();
        await Assertions.Expect(page.GetByText("Line 3 is no bridge")).ToBeVisibleAsync();
        await bridges.FillAsync("nothing 192.0.2.1:443 0123456789ABCDEF0123456789ABCDEF01234567 cert=abc");
        await save.ClickAsync();
        await Assertions.Expect(page.GetByText("Line 1 cannot be used")).ToBeVisibleAsync();
        await bridges.FillAsync("Bridge 192.0.2.1:443\n\n192.0.2.2:443");
        await save.ClickAsync();
        await Assertions.Expect(bridges).ToHaveValueAsync("192.0.2.1:443\n192.0.2.2:443");
        const string Entry = "onion/pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd:7300";
        var entries = page.GetByLabel("Nodes to begin with", new() { Exact = true });
        await entries.FillAsync(Entry);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save: Nodes to begin with" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save: Nodes to begin with" })).ToBeDisabledAsync();
        await ReloadAsync(page);
        await Assertions.Expect(bridges).ToHaveValueAsync("192.0.2.1:443\n192.0.2.2:443");
        await Assertions.Expect(entries).ToHaveValueAsync(Entry);
        await Accessibility.CheckAsync(page, "settings, ways into Tor");

        // Who takes them away is asked: Tor is seen then.
        await bridges.FillAsync(" ");
        await save.ClickAsync();
        await Assertions.Expect(page.GetByText("can see that you use Tor")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await ReloadAsync(page);
        await Assertions.Expect(bridges).ToHaveValueAsync("192.0.2.1:443\n192.0.2.2:443");
        await bridges.FillAsync("");
        await save.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Go without" }).ClickAsync();
        await Assertions.Expect(save).ToBeDisabledAsync();
        await ReloadAsync(page);
        await Assertions.Expect(bridges).ToHaveValueAsync("");
        Assert.Empty(alice.Complaints);
    }

    private static ILocator Address(IPage page) => page.GetByLabel("Your address").First;

    private static async Task ExceptAsync(IPage page, string choice)
    {
        await Address(page).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = choice }).ClickAsync();
        await Assertions.Expect(Address(page)).ToHaveValueAsync(choice);
    }

    private static async Task ForwardersAsync(IPage page, string count)
    {
        await OpenSettingsAsync(page);
        var choice = page.GetByLabel(Paths[0], new() { Exact = true });
        await choice.SelectOptionAsync(count);
        await Assertions.Expect(choice).ToHaveValueAsync(count);
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
    private static async Task SaysAsync(Person person, string text, string way, string? drawn = null)
    {
        await person.ChooseAsync(text, "Details");
        var dialog = person.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync(way);
        await Assertions.Expect(dialog.GetByRole(AriaRole.Img, new() { NameRegex = new("^You – |– You$") })).ToHaveCountAsync(drawn is null ? 0 : 1);
        if (drawn is not null)
            await Assertions.Expect(dialog.GetByRole(AriaRole.Img, new() { Name = drawn, Exact = true })).ToHaveCountAsync(1);
        await person.Page.Keyboard.PressAsync("Escape");
        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    // However narrow the screen is: a line that ends nowhere says nothing.
    private static async Task IsDrawnInOneRowAsync(Person person, string text)
    {
        await person.Page.SetViewportSizeAsync(Screen.Phone.Width, Screen.Phone.Height);
        await person.ChooseAsync(text, "Details");
        var dialog = person.Page.GetByRole(AriaRole.Dialog);
        var drawing = dialog.GetByRole(AriaRole.Img, new() { NameRegex = new("^You – ") });
        await drawing.WaitForAsync();
        Assert.InRange((await drawing.BoundingBoxAsync())!.Height, 1, 30);
        await person.Page.Keyboard.PressAsync("Escape");
        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await person.Page.SetViewportSizeAsync(1280, 820);
    }

    private static async Task<string> DescriptionAsync(ILocator control)
    {
        await control.WaitForAsync();
        return await control.EvaluateAsync<string>("element => (element.getAttribute('aria-describedby') ?? '').split(' ').map(id => document.getElementById(id)?.textContent ?? '').join(' ').trim()");
    }
}
