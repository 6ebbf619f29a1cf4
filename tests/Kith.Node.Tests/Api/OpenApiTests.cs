using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Kith.Node.Api;
using Kith.Node.Api.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Kith.Node.Tests.Api;

/// <summary>The page's client is generated from <c>web/openapi.json</c>. To write it anew: <c>KITH_WRITE_OPENAPI=1 dotnet run --project tests/Kith.Node.Tests -- -class Kith.Node.Tests.Api.OpenApiTests</c>.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Document_IsTheVersionedOne_AndTheOneThatIsServed()
    {
        var token = PageSessions.NewSecret();
        var origins = new Origins();
        await using var server = ApiServer.Create(
            new UnusedNode(), new PageSessions(token, [], _ => { }), origins, new IPEndPoint(IPAddress.Loopback, 0), "", TimeProvider.System, null, DocumentGenerator.Describe);
        server.MapOpenApi(ApiServer.BasePath + "/generated.json");
        await server.StartAsync(TestContext.Current.CancellationToken);
        var port = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        origins.Bind(port);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

        var document = (await client.GetStringAsync("generated.json")).ReplaceLineEndings("\n") + "\n";

        var file = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../web/openapi.json");
        if (Environment.GetEnvironmentVariable("KITH_WRITE_OPENAPI") is not null)
            await File.WriteAllTextAsync(file, document);
        Assert.True(await File.ReadAllTextAsync(file) == document, "web/openapi.json is stale: write it anew with KITH_WRITE_OPENAPI=1, then `npm run generate` in web/");
        Assert.Equal(document, await client.GetStringAsync("openapi.json"));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
