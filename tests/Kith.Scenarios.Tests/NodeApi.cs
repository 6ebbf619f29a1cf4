using System.Net.Http.Headers;
using System.Net.Http.Json;
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

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(path);
        return await ReadAsync(answer);
    }

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await _http.PostAsJsonAsync(path, body);
        return await ReadAsync(answer);
    }

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

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{(int)answer.StatusCode}: {text}", null, answer.StatusCode);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }
}
