using System.Text.Json;
using Microsoft.Playwright;

namespace Kith.Browser.Tests;

/// <summary>axe-core run in the page as it stands.</summary>
internal static class Accessibility
{
    private const string Run =
        """
        async () => {
          // Colours half-way through a transition are nobody's choice.
          await Promise.allSettled(document.getAnimations().filter(animation => animation.playState === "running" && animation.effect?.getComputedTiming().endTime !== Infinity).map(animation => animation.finished));
          return (await axe.run(document, { resultTypes: ["violations"] })).violations
          .filter(violation => violation.impact === "serious" || violation.impact === "critical")
          .map(violation => violation.id + ": " + violation.nodes.map(node => node.target.join(" ")).join(", "));
        }
        """;

    private const int Looks = 4;
    private const int PauseMilliseconds = 500;

    /// <summary>Nothing serious and nothing critical is found. What is found is looked for again a moment later: a transition may begin only while the page is looked at.</summary>
    public static async Task CheckAsync(IPage page, string screen)
    {
        // Evaluated by the browser's debugger, which the content security policy of the page does not bind.
        await page.EvaluateAsync(await File.ReadAllTextAsync(Checkout.Axe));
        var findings = await FindAsync(page);
        for (var look = 1; look < Looks && findings.Length > 0; look++)
        {
            await page.WaitForTimeoutAsync(PauseMilliseconds);
            findings = await FindAsync(page);
        }

        Assert.True(findings.Length == 0, $"{screen}: {string.Join("; ", findings)}");
    }

    private static async Task<string?[]> FindAsync(IPage page) => [.. (await page.EvaluateAsync<JsonElement>(Run)).EnumerateArray().Select(static finding => finding.GetString())];
}
