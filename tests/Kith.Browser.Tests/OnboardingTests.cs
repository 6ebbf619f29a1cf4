using Microsoft.Playwright;

namespace Kith.Browser.Tests;

[Collection(Screens.OneAfterTheOther)]
public sealed class OnboardingTests(Chromium chromium)
{
    [Fact]
    public async Task TwoStrangers_OnePastesTheOthersLink_BothReadTheFirstMessages()
    {
        await using var meeting = await Meeting.ArrangeAsync(chromium);
        await meeting.Bob.WriteAsync("Hello Alice, it is me.");
        await meeting.Alice.SeesAsync("Hello Alice, it is me.");
        await meeting.Alice.WriteAsync("Welcome!");
        await meeting.Bob.SeesAsync("Welcome!");
        await Assertions.Expect(meeting.Alice.Page.GetByRole(AriaRole.Navigation).GetByText("Bob")).ToBeVisibleAsync();
        Assert.Empty(meeting.Alice.Complaints);
        Assert.Empty(meeting.Bob.Complaints);
    }

    [Fact]
    public async Task WrongLink_IsPasted_OneSentenceSaysSoAndTheLinkStays()
    {
        await using var alice = await Person.ArriveAsync(chromium, "Alice");
        await alice.IntroduceAsync();
        await alice.AddAsync("kith:nonsense");
        var field = alice.Page.GetByLabel("Link of the other person");
        await Assertions.Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(field).ToHaveValueAsync("kith:nonsense");
    }

    [Fact]
    public async Task Address_OpenedTwice_SaysHowToGetANewOne()
    {
        await using var alice = await Person.ArriveAsync(chromium, "Alice");
        await alice.Page.GetByLabel("What are you called?").WaitForAsync();
        Assert.DoesNotContain("k=", alice.Page.Url, StringComparison.Ordinal);
        await using var stranger = await chromium.Browser.NewContextAsync();
        var page = await stranger.NewPageAsync();
        await page.GotoAsync(alice.Node.Page);
        await Assertions.Expect(page.GetByText("kith page")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task WholeVisit_NoRequestLeavesTheMachine()
    {
        await using var meeting = await Meeting.ArrangeAsync(chromium);
        await meeting.Bob.WriteAsync("See https://example.com/picture.png and http://example.org.");
        await meeting.Alice.SeesAsync("example.com");
        await meeting.Alice.Page.GetByRole(AriaRole.Button, new() { Name = "Settings" }).ClickAsync();
        await meeting.Alice.Page.GetByRole(AriaRole.Heading, new() { Name = "Your node" }).WaitForAsync();
        Assert.All(meeting.Alice.Requests, address => Assert.Equal(meeting.Alice.Node.Address.Authority, address.Authority));
        Assert.All(meeting.Bob.Requests, address => Assert.Equal(meeting.Bob.Node.Address.Authority, address.Authority));
    }
}
