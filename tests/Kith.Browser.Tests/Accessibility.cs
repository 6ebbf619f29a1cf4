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

    /// <summary>Nothing serious and nothing critical is found.</summary>
    public static async Task CheckAsync(IPage page, string screen)
    {
        // Evaluated by the browser's debugger, which the content security policy of the page does not bind.
        await page.EvaluateAsync(await File.ReadAllTextAsync(Checkout.Axe));
        var found = await page.EvaluateAsync<JsonElement>(Run);
        var findings = found.EnumerateArray().Select(finding => finding.GetString()).ToArray();
        Assert.True(findings.Length == 0, $"{screen}: {string.Join("; ", findings)}");
    }
}
