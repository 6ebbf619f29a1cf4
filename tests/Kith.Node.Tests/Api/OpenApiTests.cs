using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Kith.Node.Api;
using Kith.Node.Api.Access;

namespace Kith.Node.Tests.Api;

/// <summary>The page's client is generated from <c>web/openapi.json</c>. To write it anew: <c>KITH_WRITE_OPENAPI=1 dotnet run --project tests/Kith.Node.Tests -- -class Kith.Node.Tests.Api.OpenApiTests</c>.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Document_IsTheVersionedOne()
    {
        var token = PageSessions.NewSecret();
        await using var server = await ApiServer.StartAsync(
            new UnusedNode(), new PageSessions(token, [], _ => { }), new IPEndPoint(IPAddress.Loopback, 0), 0, "", TimeProvider.System, null, CancellationToken.None);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

        var document = (await client.GetStringAsync("/api/v1/openapi.json")).ReplaceLineEndings("\n") + "\n";

        var file = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../web/openapi.json");
        if (Environment.GetEnvironmentVariable("KITH_WRITE_OPENAPI") is not null)
            await File.WriteAllTextAsync(file, document);
        Assert.True(await File.ReadAllTextAsync(file) == document, "web/openapi.json is stale: write it anew with KITH_WRITE_OPENAPI=1, then `npm run generate` in web/");
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
