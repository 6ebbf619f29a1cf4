namespace Kith.Scenarios.Tests;

/// <summary>What people do in the scenarios of finding each other, by the command line alone: it works in a network namespace too.</summary>
internal static class Finding
{
    /// <summary>Makes two homes contacts of each other by a link.</summary>
    public static async Task MeetAsync(KithHome maker, KithHome user, int seconds = 30)
    {
        var link = (await maker.RunAsync("--json", "link")).Json.GetProperty("link").GetString()!;
        var added = await user.RunAsync("--json", "add", link, "--timeout", $"{seconds}s");
        Assert.True(added.Status == 0, added.Error);
        Assert.Equal("connected", added.Json.GetProperty("state").GetString());
        // The maker has accepted by then; the name of the user is there when a message is.
        var name = added.Json.GetProperty("name").GetString()!;
        await SayAsync(user, name, "hello");
    }

    /// <summary>Sends, and waits until the other side has committed it.</summary>
    public static async Task SayAsync(KithHome from, string to, string text)
    {
        var sent = await from.RunAsync("--json", "send", to, text, "--wait", "delivered", "--timeout", "45s");
        Assert.True(sent.Status == 0, sent.Error);
    }
}
