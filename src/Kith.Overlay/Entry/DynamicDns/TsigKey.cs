namespace Kith.Overlay.Entry.DynamicDns;

/// <summary>A key that a DNS server knows by name and takes updates under (RFC 8945): HMAC-SHA256 alone.</summary>
public sealed class TsigKey
{
    /// <summary>Bytes in the longest secret.</summary>
    public const int MaxSecretSize = 512;

    private readonly byte[] _secret;

    private TsigKey(string name, byte[] secret) => (Name, _secret) = (name, secret);

    /// <summary>What the server calls it, lower case.</summary>
    public string Name { get; }

    internal ReadOnlySpan<byte> Secret => _secret;

    /// <summary>Takes a name and a secret in base64; false when either is none.</summary>
    public static bool TryCreate(string name, string secret, out TsigKey? key)
    {
        key = null;
        var bytes = new byte[MaxSecretSize];
        if (name.Length is 0 or > 253 || !Convert.TryFromBase64String(secret, bytes, out var size) || size == 0)
            return false;
        key = new TsigKey(name.TrimEnd('.').ToLowerInvariant(), bytes[..size]);
        return true;
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"TSIG key {Name}";
}
