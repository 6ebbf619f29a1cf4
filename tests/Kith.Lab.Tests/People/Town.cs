using System.Diagnostics;
using Kith.Lab.Tests.Nats;
using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.People;

/// <summary>A lab with everybody up: a public node on port 443 that relays, another on a port of its own, and two people of each kind of network.</summary>
internal sealed class Town : IAsyncDisposable
{
    private const int PublicPort = 443;

    /// <summary>Processes that start at once; each takes a core for a moment.</summary>
    private const int StartTogether = 4;

    /// <summary>Of one core: nodes that do less together are at rest.</summary>
    private const double Quiet = 0.3;

    private static readonly TimeSpan LoadWindow = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<NatKind, (LabPerson One, LabPerson Other)> _people = [];
    private readonly List<LabNetwork> _networks = [];

    private Town(LabInternet internet, LabPerson entry)
    {
        Internet = internet;
        Entry = entry;
    }

    public LabInternet Internet { get; }

    /// <summary>The public node.</summary>
    public LabPerson Entry { get; }

    /// <summary>Another public node; null where there is none.</summary>
    public LabPerson? Second { get; private set; }

    public IEnumerable<LabPerson> People => _people.Values.SelectMany(pair => new[] { pair.One, pair.Other });

    public IReadOnlyList<LabNetwork> Networks => _networks;

    /// <param name="kinds">Of which two people each are made.</param>
    /// <param name="relay">What everybody says about relays; public nodes serve unless it is off.</param>
    /// <param name="hasSecond">Whether there is another public node, whom nobody is told of but the first.</param>
    public static async Task<Town> CreateAsync(IReadOnlyList<NatKind> kinds, string relay = "use", bool hasSecond = false)
    {
        var internet = await LabInternet.CreateAsync();
        var town = new Town(internet, new LabPerson("Entry", await internet.AddServerAsync()));
        try
        {
            await town.StartEntryAsync(relay);
            if (hasSecond)
            {
                town.Second = new LabPerson("Second", await internet.AddServerAsync());
                await town.Second.StartAsync([.. town.EntryFor(town.Second), "--relay", relay == "off" ? "off" : "serve"]);
            }

            foreach (var kind in kinds)
                await town.AddAsync(kind);
            foreach (var group in town.People.Chunk(StartTogether))
                await Task.WhenAll(group.Select(person => person.StartAsync([.. town.EntryFor(person), "--relay", relay])));
            return town;
        }
        catch
        {
            await town.DisposeAsync();
            throw;
        }
    }

    public bool Has(NatKind kind) => _people.ContainsKey(kind);

    public (LabPerson One, LabPerson Other) Of(NatKind kind) => _people[kind];

    /// <summary>
    /// Waits until every node knows what it is behind and where it can be called, for so long at most, and then until all of them together have next to nothing to do, for so long at most: people who are there are to
    /// be measured, and not programs that start. How long it took, and how much of a core the nodes use at the end.
    /// </summary>
    public async Task<(TimeSpan Took, double Load)> SettleAsync(TimeSpan atMost, TimeSpan rest)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var person in People)
            await Eventually.AskAsync(() => IsReadyAsync(person), atMost - Stopwatch.GetElapsedTime(began));
        var ready = Stopwatch.GetTimestamp();
        double load;
        do
            load = await LoadAsync();
        while (load > Quiet && Stopwatch.GetElapsedTime(ready) < rest);
        return (Stopwatch.GetElapsedTime(began), load);
    }

    private static async Task<bool> IsReadyAsync(LabPerson person)
    {
        if ((await person.Api.GetAsync("network")).GetProperty("nat").GetString() == "unknown")
            return false;
        var checks = (await person.Api.GetAsync("doctor")).GetProperty("checks").EnumerateArray();
        return checks.Any(check => check.GetProperty("check").GetString() == "introducers" && check.GetProperty("ok").GetBoolean());
    }

    // Of one core.
    private async Task<double> LoadAsync()
    {
        TimeSpan Worked() => People.Append(Entry).Aggregate(TimeSpan.Zero, (sum, person) => sum + person.Worked);
        var (began, before) = (Stopwatch.GetTimestamp(), Worked());
        await Task.Delay(LoadWindow);
        return (Worked() - before) / Stopwatch.GetElapsedTime(began);
    }

    /// <summary>The flag that names the public node to a person, by an address of a family that they have.</summary>
    public string[] EntryFor(LabPerson person)
    {
        var family = person.Machine.Addresses[0].AddressFamily;
        var address = Entry.Machine.Addresses.First(address => address.AddressFamily == family);
        return ["--entry", new System.Net.IPEndPoint(address, PublicPort).ToString()];
    }

    public Task StartEntryAsync(string relay = "use")
        => Entry.StartAsync("--listen", $"0.0.0.0:{PublicPort}", "--listen", $"[::]:{PublicPort}", "--relay", relay == "off" ? "off" : "serve");

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(People.Select(person => person.DisposeAsync().AsTask()));
        if (Second is not null)
            await Second.DisposeAsync();
        await Entry.DisposeAsync();
        await Internet.DisposeAsync();
    }

    private async Task AddAsync(NatKind kind)
    {
        var first = await Internet.AddAsync(kind);
        _networks.Add(first);
        var second = first;
        if (first.People.Count == 1)
            _networks.Add(second = await Internet.AddAsync(kind));
        _people.Add(kind, (new LabPerson(kind + "1", first.People[0]), new LabPerson(kind + "2", second.People[^1])));
    }
}
