using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Kith.Node.Api;
using Kith.Node.Api.Access;

namespace Kith.Node.Tests.Api;

/// <summary>Who may call: each check refuses.</summary>
public sealed class AccessTests(GateFixture gate) : IClassFixture<GateFixture>
{
    [Fact]
    public async Task NoToken_401() => await RefusedAsync(HttpStatusCode.Unauthorized, Post("pages"));

    [Fact]
    public async Task WrongToken_401() => await RefusedAsync(HttpStatusCode.Unauthorized, Post("pages", PageSessions.NewSecret()));

    [Fact]
    public async Task TokenPrefix_401() => await RefusedAsync(HttpStatusCode.Unauthorized, Post("pages", gate.Token[..^1]));

    [Fact]
    public async Task UnknownPathUnderApiWithoutToken_401() => await RefusedAsync(HttpStatusCode.Unauthorized, new HttpRequestMessage(HttpMethod.Get, "api/v2/x"));

    [Fact]
    public async Task RightToken_IsLetIn()
    {
        using var answer = await gate.Client.SendAsync(Post("shutdown", gate.Token));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:1")]
    public async Task WrongHost_403(string host)
    {
        var request = Post("shutdown", gate.Token);
        request.Headers.Host = host;
        await RefusedAsync(HttpStatusCode.Forbidden, request);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("http://evil.example")]
    [InlineData("https://127.0.0.1")]
    [InlineData("http://127.0.0.1:1")]
    public async Task WrongOrigin_403(string origin)
    {
        var request = Post("shutdown", gate.Token);
        request.Headers.Add("Origin", origin);
        await RefusedAsync(HttpStatusCode.Forbidden, request);
    }

    [Fact]
    public async Task OwnOrigins_AreLetIn()
    {
        foreach (var host in new[] { "127.0.0.1", "localhost", "[::1]" })
        {
            var request = Post("shutdown", gate.Token);
            request.Headers.Add("Origin", $"http://{host}:{gate.Server.Port}");
            using var answer = await gate.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task PageKey_WorksOnceAndGivesACookie()
    {
        var key = gate.Sessions.NewKey();
        using var first = await gate.Client.PostAsJsonAsync("api/v1/session", new { key });
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        var cookie = first.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith($"kith-{gate.Server.Port}=", cookie);

        var request = Post("shutdown");
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var answer = await gate.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        using var second = await gate.Client.PostAsJsonAsync("api/v1/session", new { key });
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
    }

    [Fact]
    public async Task Cookie_IsKeptAsAHashAndOutlivesTheSessions()
    {
        using var answer = await gate.Client.PostAsJsonAsync("api/v1/session", new { key = gate.Sessions.NewKey() });
        var value = answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=')[1];

        Assert.DoesNotContain(value, gate.Kept[^1]);
        Assert.True(new PageSessions(gate.Token, gate.Kept[^1], _ => { }).IsSession(value));
        Assert.False(new PageSessions(gate.Token, [], _ => { }).IsSession(value));
    }

    [Fact]
    public async Task MadeUpKey_401()
    {
        using var answer = await gate.Client.PostAsJsonAsync("api/v1/session", new { key = PageSessions.NewSecret() });
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task MadeUpCookie_401()
    {
        var request = Post("shutdown");
        request.Headers.Add("Cookie", $"kith-{gate.Server.Port}={PageSessions.NewSecret()}");
        await RefusedAsync(HttpStatusCode.Unauthorized, request);
    }

    [Fact]
    public async Task TooLarge_413()
    {
        var request = Post("links", gate.Token);
        request.Content = new StringContent("{\"x\":\"" + new string('x', ApiServer.MaxBody) + "\"}", Encoding.UTF8, "application/json");
        await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, request);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"uses\":\"1\"}")]
    [InlineData("{\"uses\":1.5}")]
    [InlineData("{\"uses\":-1}")]
    [InlineData("{\"expires\":-1}")]
    [InlineData("")]
    public async Task BadBody_400(string body)
    {
        var request = Post("links", gate.Token);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        await RefusedAsync(HttpStatusCode.BadRequest, request);
    }

    [Fact]
    public async Task NotJson_415()
    {
        var request = Post("links", gate.Token);
        request.Content = new StringContent("uses=1");
        await RefusedAsync(HttpStatusCode.UnsupportedMediaType, request);
    }

    [Fact]
    public async Task UnknownCall_404() => await RefusedAsync(HttpStatusCode.NotFound, Post("nothing", gate.Token));

    [Fact]
    public async Task WrongMethod_405() => await RefusedAsync(HttpStatusCode.MethodNotAllowed, Post("status", gate.Token));

    [Fact]
    public async Task EveryAnswer_CarriesThePolicy()
    {
        using var answer = await gate.Client.GetAsync("nothing");
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
    }

    private static HttpRequestMessage Post(string call, string? token = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/" + call);
        if (token is not null)
            request.Headers.Add("Authorization", "Bearer " + token);
        return request;
    }

    private async Task RefusedAsync(HttpStatusCode status, HttpRequestMessage request)
    {
        using var answer = await gate.Client.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.EndsWith(".", problem.GetProperty("detail").GetString());
    }
}
