using Microsoft.Extensions.Hosting;

namespace Kith.Node.Api;

/// <summary>Signals belong to the command line, not to the web host: the node stops the host in its order.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
