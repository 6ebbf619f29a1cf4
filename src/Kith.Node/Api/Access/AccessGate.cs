using Kith.Node.Api.Types;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Kith.Node.Api.Access;

/// <summary>
/// The first thing that each request meets: how many at once, from which host and origin, by whom (docs/protocol/api.md, "Who may call").
/// The Host check is what stops DNS rebinding; the Origin check and SameSite are what stop other sites' pages.
/// </summary>
internal sealed class AccessGate(RequestDelegate next, PageSessions sessions, Origins origins)
{
    /// <summary>Requests under way at once, event streams included.</summary>
    public const int MaxRequests = 200;

    private const string Bearer = "Bearer ";

    private int _running;

    public async Task InvokeAsync(HttpContext context)
    {
        SecurityHeaders.Apply(context.Response.Headers);
        if (Interlocked.Increment(ref _running) > MaxRequests)
        {
            Interlocked.Decrement(ref _running);
            await Problems.WriteAsync(context, StatusCodes.Status429TooManyRequests, "Too many requests are under way at once.");
            return;
        }

        try
        {
            if (Refusal(context.Request) is { } refusal)
                await Problems.WriteAsync(context, refusal.Status, refusal.Sentence);
            else
                await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private (int Status, string Sentence)? Refusal(HttpRequest request)
    {
        if (!IsOurHost(request.Host.Value))
            return (StatusCodes.Status403Forbidden, "This host name is not the node's own.");
        if (request.Headers.TryGetValue(HeaderNames.Origin, out var origin) && !IsOurOrigin(origin.ToString()))
            return (StatusCodes.Status403Forbidden, "Pages of other origins may not call this node.");
        if (!request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || request.Path.Equals("/api/v1/session", StringComparison.Ordinal))
            return null;
        return IsKnown(request) ? null : (StatusCodes.Status401Unauthorized, "The token or the page session is missing or wrong; `kith page` gives a new address.");
    }

    private bool IsOurHost(string? host) => host is not null && origins.Hosts.Any(h => h.Equals(host, StringComparison.OrdinalIgnoreCase));

    private bool IsOurOrigin(string origin) => origin.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && IsOurHost(origin["http://".Length..]);

    private bool IsKnown(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
            return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && sessions.IsToken(authorization[Bearer.Length..].Trim());
        return request.Cookies.TryGetValue(origins.CookieName, out var cookie) && sessions.IsSession(cookie);
    }
}
