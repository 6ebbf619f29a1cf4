using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Kith.Scenarios.Tests;

/// <summary>The loopback API of one running node, with the token from its home.</summary>
internal sealed class NodeApi : IDisposable
{
    private readonly HttpClient _http;

    private NodeApi(string address, string token)
    {
        _http = new HttpClient { BaseAddress = new Uri(address.TrimEnd('/') + "/api/v1/"), Timeout = TimeSpan.FromSeconds(60) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public static NodeApi Open(string home)
    {
        var node = JsonDocument.Parse(File.ReadAllText(Path.Combine(home, "node.json"))).RootElement;
        return new NodeApi(node.GetProperty("api").GetString()!, node.GetProperty("token").GetString()!);
    }

    public Task<JsonElement> GetAsync(string path) => CallAsync(() => _http.GetAsync(path));

    /// <summary>The HTTP status of a GET.</summary>
    public async Task<int> StatusOfAsync(string path)
    {
        using var answer = await _http.GetAsync(path);
        return (int)answer.StatusCode;
    }

    public Task<JsonElement> PostAsync(string path, object body) => CallAsync(() => _http.PostAsJsonAsync(path, body));

    public Task<JsonElement> PutAsync(string path, object body) => CallAsync(() => _http.PutAsJsonAsync(path, body));

    /// <summary>The whole conversation, oldest first.</summary>
    public async Task<List<JsonElement>> HistoryAsync(string contact)
    {
        var all = new List<JsonElement>();
        string? before = null;
        while (true)
        {
            var page = await GetAsync($"contacts/{contact}/messages?limit=200" + (before is null ? "" : "&before=" + before));
            var messages = page.GetProperty("messages").EnumerateArray().ToList();
            all.InsertRange(0, messages);
            if (!page.GetProperty("more").GetBoolean() || messages.Count == 0)
                return all;
            before = messages[0].GetProperty("id").GetString();
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A call; one that ends with its node, killed under it, is an <see cref="HttpRequestException"/> whatever it was about.</summary>
    private static async Task<JsonElement> CallAsync(Func<Task<HttpResponseMessage>> call)
    {
        try
        {
            using var answer = await call();
            return await ReadAsync(answer);
        }
        catch (Exception gone) when (gone is OperationCanceledException or ObjectDisposedException or IOException or SocketException)
        {
            throw new HttpRequestException("the node is gone", gone);
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{(int)answer.StatusCode}: {text}", null, answer.StatusCode);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }
}
