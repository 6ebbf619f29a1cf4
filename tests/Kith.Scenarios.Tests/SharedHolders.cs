namespace Kith.Scenarios.Tests;

/// <summary>Nodes that keep messages for those who are away, for all tests of a class: so many processes take far longer to start and be found than two people to come and go.</summary>
public sealed class SharedHolders : IAsyncLifetime
{
    private const int Count = 7;

    private readonly List<KithHome> _homes = [.. Enumerable.Range(0, Count).Select(static i => new KithHome($"Holder{i}"))];

    internal IReadOnlyList<KithHome> Homes => _homes;

    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Starts those that do not run, and waits until others find all.</summary>
    internal async Task StartAsync()
    {
        if (!_homes[0].IsRunning)
            await _homes[0].StartAsync();
        await Task.WhenAll(_homes.Skip(1).Where(static holder => !holder.IsRunning).Select(holder => holder.StartAsync("--entry", _homes[0].Address)));
        foreach (var holder in _homes)
            await Pair.WaitForAsync(async () => (await holder.Api.GetAsync("room")).GetProperty("offering").GetBoolean(), "others find the holder");
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_homes.Select(static holder => holder.DisposeAsync().AsTask()));
}
