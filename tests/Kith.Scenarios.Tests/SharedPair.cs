namespace Kith.Scenarios.Tests;

/// <summary>Alice and Bob for all tests of a class that leave them as they were: to meet takes longer than most commands.</summary>
public sealed class SharedPair : IAsyncLifetime
{
    internal Pair Pair { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Pair = await Pair.MeetAsync();

    public ValueTask DisposeAsync() => Pair?.DisposeAsync() ?? ValueTask.CompletedTask;
}
