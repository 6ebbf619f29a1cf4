using System.Net;
using Kith.Node.Api;
using Kith.Node.Api.Access;

namespace Kith.Node.Tests.Api;

/// <summary>A real server behind which there is no node: what must be refused never gets there.</summary>
public sealed class GateFixture : IAsyncLifetime
{
    public string Token { get; } = PageSessions.NewSecret();

    public List<IReadOnlyList<string>> Kept { get; } = [];

    public PageSessions Sessions { get; private set; } = null!;

    public ApiServer Server { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sessions = new PageSessions(Token, [], Kept.Add);
        Server = await ApiServer.StartAsync(
            new UnusedNode(), Sessions, new IPEndPoint(IPAddress.Loopback, 0), 0, "", TimeProvider.System, null, CancellationToken.None);
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{Server.Port}/") };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
