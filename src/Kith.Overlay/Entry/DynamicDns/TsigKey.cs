using Kith.Wire.Dns;

namespace Kith.Overlay.Entry.DynamicDns;

/// <summary>A key that a DNS server knows by name and takes updates under (RFC 8945): HMAC-SHA256 alone.</summary>
public sealed class TsigKey
{
    /// <summary>Bytes in the longest secret.</summary>
    public const int MaxSecretSize = 512;

    /// <summary>Characters in the longest key file.</summary>
    public const int MaxFileSize = 4096;

    private const string OnlyAlgorithm = "hmac-sha256";

    private readonly byte[] _secret;

    private TsigKey(DnsName name, byte[] secret) => (DnsName, _secret) = (name, secret);

    /// <summary>What the server calls it.</summary>
    public string Name => DnsName.ToString();

    internal DnsName DnsName { get; }

    internal ReadOnlySpan<byte> Secret => _secret;

    /// <summary>Takes a name and a secret in base64; false when either is none.</summary>
    public static bool TryCreate(string name, string secret, out TsigKey? key)
    {
        key = null;
        var bytes = new byte[MaxSecretSize];
        if (!DnsName.TryParse(name, out var dnsName) || !Convert.TryFromBase64String(secret, bytes, out var size) || size == 0)
            return false;
        key = new TsigKey(dnsName, bytes[..size]);
        return true;
    }

    /// <summary>
    /// Reads a key as BIND's <c>tsig-keygen</c> writes it: <c>key "NAME" { algorithm hmac-sha256; secret "BASE64"; };</c>. False, with one sentence, for anything else.
    /// </summary>
    public static bool TryParseFile(string text, out TsigKey? key, out string? problem)
    {
        key = null;
        problem = "this is not a key file as tsig-keygen writes it: key \"NAME\" { algorithm hmac-sha256; secret \"BASE64\"; };";
        if (text.Length > MaxFileSize)
            return false;
        var lines = text.Split('\n').Select(line => line.Trim()).Where(line => !line.StartsWith('#') && !line.StartsWith("//", StringComparison.Ordinal));
        var words = string.Join(' ', lines)
            .Replace("{", " { ", StringComparison.Ordinal)
            .Replace("}", " } ", StringComparison.Ordinal)
            .Replace(";", " ; ", StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words is not ["key", var name, "{", .. var statements, "}", ";"] || statements.Length != 6)
            return false;
        string? secret = null;
        foreach (var statement in statements.Chunk(3))
        {
            switch (statement)
            {
                case ["algorithm", var algorithm, ";"] when algorithm.Trim('"', '.').Equals(OnlyAlgorithm, StringComparison.OrdinalIgnoreCase):
                    break;
                case ["algorithm", var other, ";"]:
                    problem = $"the key's algorithm is {other.Trim('"')}; only {OnlyAlgorithm} is spoken here (tsig-keygen -a {OnlyAlgorithm})";
                    return false;
                case ["secret", var value, ";"]:
                    secret = value.Trim('"');
                    break;
                default:
                    return false;
            }
        }

        if (secret is null || !TryCreate(name.Trim('"'), secret, out key))
            return false;
        problem = null;
        return true;
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"TSIG key {Name}";
}
