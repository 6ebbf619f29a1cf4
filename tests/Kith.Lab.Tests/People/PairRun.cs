using System.Diagnostics;
using Kith.Lab.Tests.Nats;

namespace Kith.Lab.Tests.People;

/// <summary>Two people who meet by a link and talk: what happened, and how long it took.</summary>
internal sealed class PairRun(NatKind oneKind, LabPerson one, NatKind otherKind, LabPerson other)
{
    private static readonly TimeSpan MeetPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);
    private readonly List<string> _oneSaid = [];
    private readonly List<string> _otherSaid = [];
    private long _began;
    private string _link = "";

    public Expected Expected { get; } = Expectation.Of(oneKind, otherKind);

    public string Name { get; } = $"{oneKind} - {otherKind}";

    public LabPerson[] People => [one, other];

    public NatKind OneKind => oneKind;

    public NatKind OtherKind => otherKind;

    /// <summary>How many of the two had talked with nobody before: a program's first conversation runs code that it has not run yet.</summary>
    public int Newcomers { get; private set; }

    /// <summary>From the use of the link until both are contacts: all that takes a way to the other side.</summary>
    public TimeSpan? Met { get; private set; }

    /// <summary>From the use of the link to the first message committed on the other side.</summary>
    public TimeSpan? FirstMessage { get; private set; }

    /// <summary>The route of the first message.</summary>
    public string? FirstRoute { get; private set; }

    /// <summary>From the use of the link until the session went directly.</summary>
    public TimeSpan? Direct { get; private set; }

    /// <summary>Which way the session goes at the end.</summary>
    public string? Path { get; private set; }

    /// <summary>What went wrong; null when all was as it must be.</summary>
    public string? Failure { get; private set; }

    /// <summary>What both saw of the network when it went wrong.</summary>
    public string? Detail { get; private set; }

    /// <summary>Asks both what they see, where something went wrong.</summary>
    public async Task LookAsync()
    {
        if (Failure is not null && Detail is null)
            Detail = $"{_link}\n{await one.SightAsync(other)}\n{await other.SightAsync(one)}";
    }

    /// <summary>One makes a link, the other uses it and says something; then one answers.</summary>
    public async Task MeetAsync()
    {
        Newcomers = (one.HasTalked ? 0 : 1) + (other.HasTalked ? 0 : 1);
        one.HasTalked = other.HasTalked = true;
        try
        {
            _link = await one.Api.LinkAsync();
            _began = Stopwatch.GetTimestamp();
            var added = await other.Api.PostAsync("contacts", new { link = _link, timeout = (int)MeetPatience.TotalMilliseconds });
            if (added.GetProperty("state").GetString() != "connected")
            {
                Failure = $"not met within {MeetPatience.TotalSeconds} s: {added.GetProperty("state").GetString()} {added.GetProperty("reason")}";
                return;
            }

            Met = Stopwatch.GetElapsedTime(_began);
            var first = await SayAsync(other, one, _otherSaid);
            (FirstMessage, FirstRoute) = (Stopwatch.GetElapsedTime(_began), first.Route);
            if (first.IsDelivered)
                await SayAsync(one, other, _oneSaid);
        }
        catch (HttpRequestException refused)
        {
            Failure ??= refused.Message;
        }
    }

    /// <summary>Does not even try.</summary>
    public Task LeaveAsync()
    {
        Failure = "not tried, as others had failed";
        return Task.CompletedTask;
    }

    /// <summary>Waits until the session goes directly; for so long at most after the first message, and not at all where it cannot.</summary>
    public async Task UpgradeAsync(TimeSpan atMost)
    {
        if (Failure is not null || Expected is Expected.Relay or Expected.Either)
            return;
        try
        {
            while (Stopwatch.GetElapsedTime(_began) < atMost + (FirstMessage ?? TimeSpan.Zero))
            {
                Path = await other.Api.PathToAsync(one.Account);
                if (IsDirect(Path) && IsDirect(await one.Api.PathToAsync(other.Account)))
                {
                    Direct = Stopwatch.GetElapsedTime(_began);
                    return;
                }

                await Task.Delay(Between);
            }
        }
        catch (HttpRequestException refused)
        {
            Failure ??= refused.Message;
        }
    }

    /// <summary>Each says more; then all that was said must be there, once and in order.</summary>
    public async Task TalkAsync(int messages)
    {
        if (Failure is not null)
            return;
        try
        {
            for (var i = 0; i < messages; i++)
            {
                await SayAsync(other, one, _otherSaid);
                await SayAsync(one, other, _oneSaid);
            }

            await CheckAsync();
            Path = await other.Api.PathToAsync(one.Account);
        }
        catch (HttpRequestException refused)
        {
            Failure ??= refused.Message;
        }
    }

    // A tunnel leads to the other node itself: where one side has no UDP there is nothing more direct.
    private bool IsDirect(string? path) => path == "direct" || (path == "tunnel" && (Expectation.IsBlocked(oneKind) || Expectation.IsBlocked(otherKind)));

    private async Task CheckAsync()
    {
        var (atOne, atOther) = (await one.Api.ReceivedAsync(other.Account), await other.Api.ReceivedAsync(one.Account));
        if (!atOne.SequenceEqual(_otherSaid))
            Failure ??= $"{one.Name} got {string.Join(" | ", atOne)} for {string.Join(" | ", _otherSaid)}";
        if (!atOther.SequenceEqual(_oneSaid))
            Failure ??= $"{other.Name} got {string.Join(" | ", atOther)} for {string.Join(" | ", _oneSaid)}";
    }

    private async Task<SentText> SayAsync(LabPerson from, LabPerson to, List<string> said)
    {
        var text = $"{from.Name} {said.Count}";
        said.Add(text);
        var sent = await from.Api.SayAsync(to.Account, text, MeetPatience);
        if (!sent.IsDelivered)
            Failure ??= $"{text} is {sent.State} after {MeetPatience.TotalSeconds} s: {sent.Reason}";
        return sent;
    }
}
