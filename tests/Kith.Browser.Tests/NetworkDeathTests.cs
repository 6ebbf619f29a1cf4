using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Kith.Browser.Tests;

/// <summary>The network view when somebody's node dies: beside others, as it waits most of the time.</summary>
public sealed partial class NetworkDeathTests(Chromium chromium)
{
    [Fact]
    public async Task Picture_ContactsNodeDies_TheyAreGoneByThemselves()
    {
        await using var meeting = await Meeting.ArrangeAsync(chromium);
        var page = meeting.Alice.Page;
        await page.GetByRole(AriaRole.Button, new() { NameRegex = NetworkButton() }).ClickAsync();
        var bob = page.Locator("[data-place=contact]").And(page.GetByLabel(BobsPlace()));
        await Assertions.Expect(bob).ToBeVisibleAsync();
        await meeting.Bob.Node.KillAsync();
        // Killed, it says nothing: a session over UDP is over when nothing has come for 45 s.
        await Assertions.Expect(bob).ToHaveCountAsync(0, new() { Timeout = 150_000 });
    }

    [GeneratedRegex("^Network: ")]
    private static partial Regex NetworkButton();

    [GeneratedRegex("^Bob, contact")]
    private static partial Regex BobsPlace();
}
