using System.Globalization;
using Kith.Lab.Tests.Nats;
using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.People;

/// <summary>Each node says what it is behind; then two people behind NATs of every pair of kinds meet by a link and talk: everything arrives, directly wherever that is possible at all.</summary>
[Collection(Towns.OneAtATime)]
public sealed class MatrixTests(ITestOutputHelper output)
{
    /// <summary>Variable that names the kinds to try, separated by commas, in place of all.</summary>
    private const string OnlyVariable = "KITH_LAB_KINDS";

    /// <summary>Variable that names a file for the table.</summary>
    private const string TableVariable = "KITH_LAB_TABLE";

    /// <summary>Variable that holds seconds for which the town stays up afterwards, for somebody to look into it.</summary>
    private const string HoldVariable = "KITH_LAB_HOLD";

    /// <summary>Pairs that fail before the rest is left: each takes its whole patience.</summary>
    private static readonly int MaxFailures = KithProgram.Full ? int.MaxValue : 8;

    /// <summary>A first message on a machine where two cores run thirty nodes and the tests, and maybe others; the goal on a quiet one is 1 s.</summary>
    private static readonly TimeSpan FirstMessageBound = TimeSpan.FromSeconds(60);

    /// <summary>The goal on a quiet machine is 3 s.</summary>
    private static readonly TimeSpan DirectBound = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan ManySocketsBound = TimeSpan.FromSeconds(40);

    /// <summary>For all nodes to come to rest, where what is measured is wanted: they ask one another in haste for half a minute after their start.</summary>
    private static readonly TimeSpan RestPatience = TimeSpan.FromSeconds(45);

    /// <summary>For all nodes to find out what they are behind.</summary>
    private static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(30);

    private static readonly NatKind[]? Named = Environment.GetEnvironmentVariable(OnlyVariable) is { Length: > 0 } only ? [.. only.Split(',').Select(Enum.Parse<NatKind>)] : null;

    private static readonly NatKind[] Kinds = Named ?? Enum.GetValues<NatKind>();

    /// <summary>Left out without a relay in the short form, where no table is wanted and no kinds are named: no pair of theirs can be direct, or they are port-restricted as another is, and what is said here is said before they forget.</summary>
    private static readonly NatKind[] LikeOthers = KithProgram.Full || TableFile is not null || Named is not null ? [] : [NatKind.OnlyTcp443, NatKind.ShortMemory, NatKind.VeryShortMemory];

    [Fact]
    [Trait("run", "alone")]
    public async Task EveryPair_WithRelay_AllDeliveredAndDirectWherePossible()
    {
        var runs = await RunAsync("with relay", Kinds, "use", _ => true, messages: 3);
        Assert.All(runs, run => Assert.True(run.FirstMessage < FirstMessageBound, $"{run.Name}: first message after {run.FirstMessage}"));
        Assert.All(runs.Where(run => run.Expected == Expected.Direct), run => Assert.True(run.Direct is not null, $"{run.Name}: not direct within {DirectBound}, but {run.Path}"));
        Assert.All(runs.Where(run => run.Expected == Expected.Relay), run => Assert.Equal("relay", run.Path));
        var hard = runs.Where(run => run.Expected == Expected.ManySockets).ToList();
        // Chance decides each: nine in ten with enough tries, and one more may fail where there are few.
        Assert.True(hard.Count(run => run.Direct is not null) >= (hard.Count * 9 / 10) - (KithProgram.Full ? 0 : 1), "too few direct by many sockets");
    }

    [Fact]
    [Trait("run", "alone")]
    public async Task PairsThatCanBeDirect_WithoutAnyRelay_AllDelivered()
    {
        var runs = await RunAsync("without relay", [.. Kinds.Except(LikeOthers)], "off", run => run.Expected == Expected.Direct, messages: 1);
        Assert.All(runs, run => Assert.True(run.Direct is not null, $"{run.Name}: {run.Path}"));
    }

    private static string? TableFile => Environment.GetEnvironmentVariable(TableVariable) is { Length: > 0 } file ? file : null;

    private async Task<List<PairRun>> RunAsync(string title, IReadOnlyList<NatKind> kinds, string relay, Predicate<PairRun> isMeant, int messages)
    {
        Assert.SkipWhen(NetworkNamespace.Impossible is not null, NetworkNamespace.Impossible ?? "");
        await using var town = await Town.CreateAsync(kinds, relay, hasSecond: true);
        var wrong = await NatNames.WrongAsync(town, output.WriteLine);
        var settled = await town.SettleAsync(SettlePatience, TableFile is null ? TimeSpan.Zero : RestPatience);
        var runs = Pairs(town, KithProgram.Full).FindAll(isMeant);
        // One after the other, as what is measured is two people who meet, and those with many sockets last: they go on beside nobody.
        foreach (var group in new[] { runs.Where(run => run.Expected != Expected.ManySockets), runs.Where(run => run.Expected == Expected.ManySockets) })
        {
            var upgrades = new List<Task>();
            foreach (var run in group)
            {
                await MeetAsync(run, runs);
                upgrades.Add(run.UpgradeAsync(run.Expected == Expected.ManySockets ? ManySocketsBound : DirectBound));
            }

            await Task.WhenAll(upgrades);
        }

        await SideBySide.RunAsync(runs, run => run.TalkAsync(messages));
        await Task.WhenAll(runs.Select(run => run.LookAsync()));
        await ShowAsync(FormattableString.Invariant($"{title}, begun {settled.Took.TotalSeconds:0} s after the last had started, the nodes at {settled.Load:0.00} of a core"), runs, town);
        Assert.Empty(wrong);
        Assert.All(runs, run => Assert.True(run.Failure is null, $"{run.Name}: {run.Failure}"));
        return runs;
    }

    private static Task MeetAsync(PairRun run, List<PairRun> all) => all.Count(one => one.Failure is not null) < MaxFailures ? run.MeetAsync() : run.LeaveAsync();

    // The first of a kind with the second of each later kind; the long form also the other way about, which makes other people call.
    private static List<PairRun> Pairs(Town town, bool ordered)
    {
        var kinds = Enum.GetValues<NatKind>().Where(kind => town.Has(kind)).ToList();
        var runs = new List<PairRun>();
        for (var i = 0; i < kinds.Count; i++)
        {
            for (var j = ordered ? 0 : i; j < kinds.Count; j++)
                runs.Add(new PairRun(kinds[i], town.Of(kinds[i]).One, kinds[j], town.Of(kinds[j]).Other));
        }

        return runs;
    }

    private async Task ShowAsync(string title, List<PairRun> runs, Town town)
    {
        var table = MatrixTable.Draw(runs);
        output.WriteLine(title);
        output.WriteLine(table);
        if (TableFile is { } file)
            await File.AppendAllTextAsync(file, $"## {title}\n\n{table}\n");
        foreach (var run in runs.Where(run => run.Detail is not null))
            output.WriteLine($"-- {run.Name}: {run.Failure}\n{run.Detail}");
        foreach (var person in runs.Exists(run => run.Failure is not null) ? town.People.Prepend(town.Entry) : [])
        {
            if (person.Errors.Length > 0)
                output.WriteLine($"-- {person.Name}\n{person.Errors}");
        }

        if (double.TryParse(Environment.GetEnvironmentVariable(HoldVariable), CultureInfo.InvariantCulture, out var hold))
            await Task.Delay(TimeSpan.FromSeconds(hold));
    }
}
