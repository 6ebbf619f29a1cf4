using System.Text.RegularExpressions;
using Kith.Overlay.Entry.DynamicDns;

namespace Kith.Node.Network;

/// <summary>Reads a key file as <c>tsig-keygen</c> writes it: one <c>key</c> clause of BIND's configuration.</summary>
internal static partial class TsigKeyFile
{
    private const int MaxSize = 16 * 1024;

    /// <exception cref="NodeStartException">There is no such key in it.</exception>
    public static TsigKey Read(string path)
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > MaxSize)
                throw Bad(path);
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"The key file {path} cannot be read: give --ddns-key anew, or --ddns-key none to read the name only.", e);
        }

        var clause = Clause().Match(text);
        return clause.Success && TsigKey.TryCreate(clause.Groups["name"].Value, clause.Groups["secret"].Value, out var key) && key is not null ? key : throw Bad(path);
    }

    private static NodeStartException Bad(string path)
        => new($"{path} holds no key: write one with `tsig-keygen -a hmac-sha256 NAME`, the same on the DNS server.");

    [GeneratedRegex("""key\s+"?(?<name>[^"\s{]+)"?\s*\{\s*algorithm\s+"?hmac-sha256\.?"?\s*;\s*secret\s+"?(?<secret>[A-Za-z0-9+/=]+)"?\s*;\s*\}""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Clause();
}
