using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kith.Cli;

/// <summary>Calls on the running node of a home: docs/protocol/api.md.</summary>
internal sealed class NodeClient : IDisposable
{
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http;
    private readonly string _home;
    private readonly string _token;

    private NodeClient(string home, string api, string token)
    {
        (_home, _token) = (home, token);
#pragma warning disable RS0030 // The one client that is meant to be: loopback alone, and never through a proxy.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
#pragma warning restore RS0030
        _http.BaseAddress = new Uri(api.TrimEnd('/') + "/api/v1/");
        _http.Timeout = Timeout.InfiniteTimeSpan;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The process id that the node wrote, or null.</summary>
    public int? Pid { get; private init; }

    /// <summary>Reads where the node of a home is.</summary>
    /// <exception cref="CliException">No node runs there (status 3).</exception>
    public static NodeClient Open(string home)
    {
        try
        {
            var node = JsonNode.Parse(File.ReadAllText(Path.Combine(home, "node.json")))!;
            return new NodeClient(home, node["api"]!.GetValue<string>(), node["token"]!.GetValue<string>()) { Pid = node["pid"]?.GetValue<int>() };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException or NullReferenceException or InvalidOperationException)
        {
            throw NoNode(home);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliException($"the home {home} belongs to somebody else.");
        }
    }

    /// <summary>The node of a home, or null.</summary>
    public static NodeClient? TryOpen(string home)
    {
        try
        {
            return Open(home);
        }
        catch (CliException)
        {
            return null;
        }
    }

    /// <summary>Waits until the node of this home is there in another run, as after a change of its privacy setting.</summary>
    /// <exception cref="CliException">Its process has ended, or it is not back in time (status 3).</exception>
    public async Task WaitForNextRunAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(RestartPatience);
        while (true)
        {
            using (var next = TryOpen(_home))
            {
                if (next is not null && next._token != _token)
                    return;
            }

            if (patience.IsCancellationRequested || (Pid is { } pid && OperatingSystem.IsLinux() && !Directory.Exists($"/proc/{pid}")))
                throw new CliException("the setting is kept, but the node that starts anew with it is not back.", ExitStatus.NoNode);
            await Task.Delay(Look, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) => CallAsync(HttpMethod.Get, path, null, cancellationToken);

    public Task<JsonNode> PostAsync(string path, JsonObject? body, CancellationToken cancellationToken) => CallAsync(HttpMethod.Post, path, body, cancellationToken);

    public async Task<JsonNode> CallAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(method, path, body, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <summary>An answer's body as a stream: the caller disposes it.</summary>
    public async Task<Stream> OpenStreamAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(method, path, body, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        return await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A contact in a path.</summary>
    public static string Escape(string contact) => Uri.EscapeDataString(contact);

    public void Dispose() => _http.Dispose();

    private static CliException NoNode(string home) =>
        new($"no node is running for the home {home}; start it with: kith --home {home} up", ExitStatus.NoNode);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject? body, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, completion, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError)
        {
            throw NoNode(_home);
        }
        catch (HttpRequestException)
        {
            throw new CliException("the node ended before it answered.");
        }

        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await RefusalAsync(answer, cancellationToken).ConfigureAwait(false);
    }

    private async Task<CliException> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        string? detail = null;
        try
        {
            detail = JsonNode.Parse(text)?["detail"]?.GetValue<string>();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not a problem document: the status has to do.
        }

        // A token that the node does not know is that of another node, which has taken the port of one that died.
        return answer.StatusCode == HttpStatusCode.Unauthorized ? NoNode(_home) : new CliException(detail ?? $"the node answered {(int)answer.StatusCode}.");
    }
}
