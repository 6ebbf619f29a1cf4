using System.Diagnostics;

namespace Kith.Lab.Tests.People;

/// <summary>Two people who write to each other all the time, whatever happens to the network, and what came of it.</summary>
internal sealed class Conversation
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);
    private readonly LabPerson _one;
    private readonly LabPerson _other;
    private readonly List<string> _oneSaid = [];
    private readonly List<string> _otherSaid = [];
    private volatile bool _hasEnded;
    private Task _writing = Task.CompletedTask;

    private Conversation(LabPerson one, LabPerson other)
    {
        _one = one;
        _other = other;
    }

    /// <summary>They meet by a link and begin.</summary>
    public static async Task<Conversation> BeginAsync(LabPerson one, LabPerson other)
    {
        var added = await other.Api.PostAsync("contacts", new { link = await one.Api.LinkAsync(), timeout = 30_000 });
        if (added.GetProperty("state").GetString() is not "connected" and var state)
            throw new Xunit.Sdk.XunitException($"{state}\n{await one.SightAsync(other)}\n{await other.SightAsync(one)}");
        var talk = new Conversation(one, other);
        await talk.SayBothAsync(TimeSpan.FromSeconds(30));
        talk._writing = talk.WriteAsync();
        return talk;
    }

    /// <summary>Waits until something said from now on is there on both sides; how long that took.</summary>
    public async Task<TimeSpan> GoesOnAsync(TimeSpan atMost)
    {
        await EndAsync();
        var began = Stopwatch.GetTimestamp();
        await SayBothAsync(atMost);
        var took = Stopwatch.GetElapsedTime(began);
        _hasEnded = false;
        _writing = WriteAsync();
        return took;
    }

    /// <summary>Ends the writing.</summary>
    public Task EndAsync()
    {
        _hasEnded = true;
        return _writing;
    }

    /// <summary>Says something now that nobody waits for.</summary>
    public async Task PutAsync()
    {
        await PutAsync(_one, _other, _oneSaid);
        await PutAsync(_other, _one, _otherSaid);
    }

    /// <summary>Ends the writing; all that was said is there, once and in order.</summary>
    public async Task AssertWholeAsync()
    {
        await EndAsync();
        await SayBothAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(_otherSaid, await _one.Api.ReceivedAsync(_other.Account));
        Assert.Equal(_oneSaid, await _other.Api.ReceivedAsync(_one.Account));
    }

    /// <summary>Waits until the session goes this way as both see it.</summary>
    public async Task<TimeSpan> GoesByAsync(string? path, TimeSpan atMost)
    {
        var took = await Eventually.AskAsync(async () => await _one.Api.PathToAsync(_other.Account) == path && await _other.Api.PathToAsync(_one.Account) == path, atMost);
        return took ?? throw new Xunit.Sdk.XunitException($"not {path ?? "ended"} within {atMost}, but {await _one.Api.PathToAsync(_other.Account)}");
    }

    private async Task SayBothAsync(TimeSpan atMost) => await Task.WhenAll(SayAsync(_one, _other, _oneSaid, atMost), SayAsync(_other, _one, _otherSaid, atMost));

    private static async Task SayAsync(LabPerson from, LabPerson to, List<string> said, TimeSpan atMost)
    {
        said.Add($"{from.Name} {said.Count}");
        var sent = await from.Api.SayAsync(to.Account, said[^1], atMost);
        if (!sent.IsDelivered)
            throw new Xunit.Sdk.XunitException($"{said[^1]} is {sent.State} after {atMost}: {sent.Reason}\n{await from.SightAsync(to)}\n{await to.SightAsync(from)}");
    }

    private static async Task PutAsync(LabPerson from, LabPerson to, List<string> said)
    {
        said.Add($"{from.Name} {said.Count}");
        await from.Api.PutAsync(to.Account, said[^1]);
    }

    private async Task WriteAsync()
    {
        while (!_hasEnded)
        {
            await PutAsync();
            await Task.Delay(Between);
        }
    }
}
