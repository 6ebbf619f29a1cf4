using Kith.Interop.Tests;

[assembly: AssemblyFixture(typeof(LibsignalFixture))]

namespace Kith.Interop.Tests;

/// <summary>One process of the reference client for all tests; its people are separate.</summary>
public sealed class LibsignalFixture : IAsyncLifetime
{
    private int _people;

    internal LibsignalProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Process = await LibsignalProcess.StartAsync();

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    internal Task<LibsignalPerson> NewPersonAsync(uint registrationId) =>
        LibsignalPerson.CreateAsync(Process, $"person{Interlocked.Increment(ref _people)}", registrationId);
}
