using System.Text.Json;

namespace Kith.Scenarios.Tests;

/// <summary>The API of the program as it is released: a native one reflects over nothing, so that what only the ordinary run-time can would show here alone.</summary>
public sealed class ApiDocumentTests
{
    /// <summary>Never ends.</summary>
    private const string Events = "/api/v1/events";

    [Fact]
    public async Task Document_IsTheVersionedOne_AndWhateverItNamesToBeReadIsAnswered()
    {
        await using var home = new KithHome("Alice");
        await home.StartAsync();

        var document = await home.Api.GetAsync("openapi.json");
        using var versioned = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "web", "openapi.json")));
        Assert.True(JsonElement.DeepEquals(versioned.RootElement, document));

        var read = 0;
        foreach (var path in document.GetProperty("paths").EnumerateObject().Where(static path => path.Value.TryGetProperty("get", out _) && path.Name != Events))
        {
            // Of nobody: what names a contact or a message is refused, by a sentence and not by a defect.
            Assert.NotEqual(500, await home.Api.StatusOfAsync(path.Name.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal)));
            read++;
        }

        Assert.True(read > 10, $"only {read} calls were found");
    }
}
