using System.Text.Json;

namespace Kith.Node.Home;

/// <summary>
/// <c>remembered.json</c>: what makes the next run like the last, and is neither secret nor needed. The ports, so that links, bookmarks and open pages stay good;
/// the hashes of the pages' cookies, so that a page outlives a restart. When it is missing or damaged, it is made anew.
/// </summary>
/// <param name="ListenPort">The port that other nodes reach, 0 for none yet.</param>
/// <param name="ApiPort">The API's port, 0 for none yet.</param>
/// <param name="Pages">Hashes of cookies, oldest first.</param>
internal sealed record RememberedFile(int ListenPort, int ApiPort, IReadOnlyList<string> Pages)
{
    private const string Name = "remembered.json";
    private const int MaxPort = 65535;

    public static RememberedFile Read(string home)
    {
        try
        {
            var read = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(home, Name)), HomeJson.Default.RememberedFile);
            if (read is { ListenPort: >= 0 and <= MaxPort, ApiPort: >= 0 and <= MaxPort, Pages: not null })
                return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // Made anew.
        }

        return new RememberedFile(0, 0, []);
    }

    /// <summary>Keeps it; false when the home cannot be written now, which costs only convenience.</summary>
    public bool TryWrite(string home)
    {
        try
        {
            PrivateFile.Write(Path.Combine(home, Name), JsonSerializer.SerializeToUtf8Bytes(this, HomeJson.Default.RememberedFile));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
