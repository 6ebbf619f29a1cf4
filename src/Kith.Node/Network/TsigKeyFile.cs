using Kith.Overlay.Entry.DynamicDns;

namespace Kith.Node.Network;

/// <summary>Reads a key file as <c>tsig-keygen</c> writes it.</summary>
internal static class TsigKeyFile
{
    /// <exception cref="NodeStartException">It cannot be read, or there is no such key in it.</exception>
    public static TsigKey Read(string path)
    {
        string? problem = null;
        try
        {
            // In UTF-8 a character takes four bytes at most.
            if (new FileInfo(path).Length <= 4 * TsigKey.MaxFileSize && TsigKey.TryParseFile(File.ReadAllText(path), out var key, out problem) && key is not null)
                return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"The key file {path} cannot be read: give --ddns-key anew, or --ddns-key none to read the name only.", e);
        }

        throw new NodeStartException($"The key file {path} does not serve: {problem ?? "it is too long for one"}.");
    }
}
