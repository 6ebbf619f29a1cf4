using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kith.Node.Home;

/// <summary><c>node.json</c>: where the API of the running node is and how to be let in. There while a node runs.</summary>
/// <param name="Api">Its address, <c>http://127.0.0.1:PORT</c>.</param>
/// <param name="Token">The bearer token.</param>
/// <param name="Pid">The process.</param>
public sealed record RunningFile(string Api, string Token, int Pid)
{
    private const string Name = "node.json";

    /// <summary>Writes the file.</summary>
    public void Write(string home) => PrivateFile.Write(Path.Combine(home, Name), JsonSerializer.SerializeToUtf8Bytes(this, HomeJson.Default.RunningFile));

    /// <summary>Removes the file.</summary>
    public static void Remove(string home) => File.Delete(Path.Combine(home, Name));
}

/// <summary>How the files of a home are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunningFile))]
[JsonSerializable(typeof(RememberedFile))]
[JsonSerializable(typeof(NetworkFile))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class HomeJson : JsonSerializerContext;
