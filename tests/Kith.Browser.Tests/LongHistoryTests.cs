using Microsoft.Playwright;

namespace Kith.Browser.Tests;

[Collection(Screens.OneAfterTheOther)]
public sealed class LongHistoryTests(Chromium chromium)
{
    private const int FullCount = 100_000;
    private const int ShortCount = 1_500;

    /// <summary>What a screen and its margins hold; far less than what is loaded.</summary>
    private const int MostRows = 120;

    /// <summary>Written through the page's own session, several at a time, so that the node commits them in batches.</summary>
    private const string Write =
        """
        async ([contact, count]) => {
          let next = 0;
          const writer = async () => {
            while (next < count) {
              const text = "Number " + next++ + (next % 7 ? "" : " with some more words, so that rows differ in height as they do in life. ".repeat(3));
              const answer = await fetch(`/api/v1/contacts/${contact}/messages`, {
                method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text, wait: "waiting" }) });
              if (!answer.ok) throw new Error(await answer.text());
            }
          };
          await Promise.all(Array.from({ length: 5 }, writer));
        }
        """;

    [Fact]
    public async Task LongConversation_ScrollsThroughPages_WithFewRowsInTheDocument()
    {
        var count = Checkout.Full ? FullCount : ShortCount;
        await using var meeting = await Meeting.ArrangeAsync(chromium);
        var (alice, page) = (meeting.Alice, meeting.Alice.Page);
        await alice.WriteAsync("hello");
        await meeting.Bob.SeesAsync("hello");
        var contact = new Uri(page.Url).Fragment.Split('/')[2];
        await meeting.Bob.Node.KillAsync();

        // Another page of the same session writes, so that this one does not follow each message.
        await page.GotoAsync("about:blank");
        await page.GotoAsync(alice.Node.Address + "mark.svg");
        await page.EvaluateAsync(Write, new object[] { contact, count });
        await page.GotoAsync(alice.Node.Address + "#/c/" + contact);
        await Assertions.Expect(alice.Messages.Last).ToContainTextAsync("Number");

        var (most, loaded) = await ScrollUpAsync(alice);
        Assert.True(most <= MostRows, $"{most} rows in the document");
        Assert.True(loaded > 5, $"{loaded} pages loaded");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^To the newest message") }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new("^To the newest message") })).ToHaveCountAsync(0);
        Assert.Empty(alice.Complaints);
    }

    private static async Task<(int Most, int Pages)> ScrollUpAsync(Person person)
    {
        var most = 0;
        var before = person.Requests.Count(IsOlderPage);
        await person.Page.GetByRole(AriaRole.Log).HoverAsync();
        for (var turn = 0; turn < 150; turn++)
        {
            await person.Page.Mouse.WheelAsync(0, -3_000);
            most = Math.Max(most, await person.Messages.CountAsync());
        }

        return (most, person.Requests.Count(IsOlderPage) - before);
    }

    private static bool IsOlderPage(Uri address) => address.Query.Contains("before=", StringComparison.Ordinal);
}
