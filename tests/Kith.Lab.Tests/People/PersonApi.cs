using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.People;

/// <summary>The loopback API of a node, called from inside its machine: each connection's socket is made there.</summary>
internal sealed class PersonApi : IDisposable
{
    private readonly HttpClient _http;

    private PersonApi(string address, string token, NetworkNamespace machine)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = machine.OpenTcp(AddressFamily.InterNetwork);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri(address.TrimEnd('/') + "/api/v1/"), Timeout = TimeSpan.FromSeconds(120) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public static PersonApi Open(string home, NetworkNamespace machine)
    {
        var node = JsonDocument.Parse(File.ReadAllText(Path.Combine(home, "node.json"))).RootElement;
        return new PersonApi(node.GetProperty("api").GetString()!, node.GetProperty("token").GetString()!, machine);
    }

    public Task<JsonElement> GetAsync(string path) => ReadAsync(_http.GetAsync(path));

    public Task<JsonElement> PostAsync(string path, object body) => ReadAsync(_http.PostAsJsonAsync(path, body));

    public Task<JsonElement> PatchAsync(string path, object body) => ReadAsync(_http.PatchAsJsonAsync(path, body));

    /// <summary>A link that one person may use.</summary>
    public async Task<string> LinkAsync() => (await PostAsync("links", new { })).GetProperty("link").GetString()!;

    /// <summary>Sends a text and waits until the other side has committed it; how far it came, on which route, and why not further.</summary>
    public async Task<SentText> SayAsync(string contact, string text, TimeSpan atMost, string route = "auto")
    {
        var sent = await PostAsync($"contacts/{contact}/messages", new { text, wait = "delivered", timeout = (int)atMost.TotalMilliseconds, route });
        return new SentText(sent.GetProperty("state").GetString()!, Text(sent, "route"), sent.GetProperty("elapsed").GetDouble(), Text(sent, "reason"));
    }

    /// <summary>Sends a text and does not wait.</summary>
    public Task PutAsync(string contact, string text) => PostAsync($"contacts/{contact}/messages", new { text, wait = "waiting" });

    /// <summary>Which way the session with a contact goes now; null when there is none.</summary>
    public async Task<string?> PathToAsync(string contact) => Text(await GetAsync("contacts/" + contact), "path");

    /// <summary>The sentence about who introduces callers to this node.</summary>
    public async Task<string> IntroducersAsync() =>
        (await GetAsync("doctor")).GetProperty("checks").EnumerateArray().First(check => check.GetProperty("check").GetString() == "introducers").GetProperty("detail").GetString()!;

    /// <summary>The texts that a contact sent, oldest first.</summary>
    public async Task<List<string>> ReceivedAsync(string contact)
    {
        var (all, before) = (new List<string>(), "");
        while (true)
        {
            var page = await GetAsync($"contacts/{contact}/messages?limit=200{before}");
            var messages = page.GetProperty("messages").EnumerateArray().ToList();
            all.InsertRange(0, messages.Where(message => !message.GetProperty("fromMe").GetBoolean()).Select(message => message.GetProperty("text").GetString()!));
            if (!page.GetProperty("more").GetBoolean() || messages.Count == 0)
                return all;
            before = "&before=" + messages[0].GetProperty("id").GetString();
        }
    }

    public void Dispose() => _http.Dispose();

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static async Task<JsonElement> ReadAsync(Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{(int)answer.StatusCode}: {text}", null, answer.StatusCode);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }
}

/// <summary>How far a text came.</summary>
/// <param name="State">Its state when the wait was over.</param>
/// <param name="Route">On which route; null while it waits.</param>
/// <param name="Elapsed">Milliseconds.</param>
/// <param name="Reason">Why it waits.</param>
internal sealed record SentText(string State, string? Route, double Elapsed, string? Reason)
{
    public bool IsDelivered => State is "delivered" or "read";
}
