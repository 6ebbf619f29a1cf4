namespace Kith.Browser.Tests;

/// <summary>Two people who have met through their pages: Alice gave her link, Bob pasted it.</summary>
internal sealed class Meeting : IAsyncDisposable
{
    private Meeting(Person alice, Person bob)
    {
        Alice = alice;
        Bob = bob;
    }

    public Person Alice { get; }

    public Person Bob { get; }

    public static async Task<Meeting> ArrangeAsync(Chromium chromium, Screen? screen = null, IReadOnlyList<string>? entries = null)
    {
        var alice = await Person.ArriveAsync(chromium, "Alice", screen, entries);
        var bob = await Person.ArriveAsync(chromium, "Bob", screen, entries);
        var meeting = new Meeting(alice, bob);
        try
        {
            await alice.IntroduceAsync();
            await bob.IntroduceAsync();
            await bob.AddAsync(await alice.LinkAsync());
            await alice.Composer.WaitForAsync();
            await bob.Composer.WaitForAsync();
            return meeting;
        }
        catch
        {
            await meeting.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
    }
}
