using Microsoft.Playwright;

namespace Kith.Browser.Tests;

/// <summary>Two people who have met, for all tests of a class that leave them as they were but for what was said: to meet takes far longer than to look at one thing.</summary>
public sealed class SharedMeeting(Chromium chromium) : IAsyncLifetime
{
    private static readonly Screen Usual = new();
    private Meeting _meeting = null!;
    private (string Alice, string Bob) _conversation;

    public async ValueTask InitializeAsync()
    {
        _meeting = await Meeting.ArrangeAsync(chromium, Usual);
        _conversation = (_meeting.Alice.Page.Url, _meeting.Bob.Page.Url);
    }

    public ValueTask DisposeAsync() => _meeting?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Both are in their conversation with a page that was loaded just now. Texts must be the test's own.</summary>
    /// <param name="screen">How both look at it.</param>
    internal async Task<Meeting> AgainAsync(Screen? screen = null)
    {
        screen ??= Usual;
        await Task.WhenAll(ReturnAsync(_meeting.Alice, _conversation.Alice, screen), ReturnAsync(_meeting.Bob, _conversation.Bob, screen));
        return _meeting;
    }

    private static async Task ReturnAsync(Person person, string conversation, Screen screen)
    {
        await person.Page.SetViewportSizeAsync(screen.Width, screen.Height);
        await person.Page.EmulateMediaAsync(new() { ColorScheme = screen.Scheme });
        // The page keeps how one looks at things in the browser; it is found as by a newcomer.
        await person.Page.EvaluateAsync("() => localStorage.clear()");
        // Where only what stands behind # differs nothing would be loaded anew.
        await person.Page.GotoAsync("about:blank");
        await person.Page.GotoAsync(conversation);
        await person.Composer.WaitForAsync();
        person.Complaints.Clear();
    }
}
