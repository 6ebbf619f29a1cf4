using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Kith.Crypto.Noise;

/// <summary>
/// A Noise protocol by its name (The Noise Protocol Framework, revision 34, §8: https://noiseprotocol.org/noise.html), such as
/// Noise_XX_25519_ChaChaPoly_SHA256. Known are all one-way, fundamental and deferred patterns with psk modifiers, 25519,
/// ChaChaPoly, SHA256 and BLAKE2s; not the fallback modifier.
/// </summary>
public sealed class NoiseProtocol
{
    /// <summary>The longest Noise message (§3).</summary>
    public const int MaxMessageSize = 65535;

    /// <summary>Bytes in a public key (DHLEN).</summary>
    public const int PublicKeySize = X25519PublicKey.Size;

    /// <summary>Bytes in a handshake hash (HASHLEN).</summary>
    public const int HashSize = NoiseHash.Size;

    /// <summary>Bytes in a pre-shared key (§9.1).</summary>
    public const int PskSize = 32;

    /// <summary>Bytes that encryption adds.</summary>
    public const int TagSize = ChaCha20Poly1305Aead.TagSize;

    private const int MaxNameSize = 255; // §8

    private NoiseProtocol(string name, NoisePattern pattern, NoiseHash hash, int pskCount) =>
        (Name, Pattern, Hash, PskCount) = (name, pattern, hash, pskCount);

    /// <summary>The whole name.</summary>
    public string Name { get; }

    /// <summary>How many pre-shared keys the handshake takes.</summary>
    public int PskCount { get; }

    /// <summary>How many handshake messages there are.</summary>
    public int MessageCount => Pattern.Messages.Length;

    internal NoisePattern Pattern { get; }

    internal NoiseHash Hash { get; }

    /// <summary>The protocol of a name.</summary>
    /// <exception cref="ArgumentException">There is no such protocol here.</exception>
    public static NoiseProtocol Parse(string name) =>
        TryParse(name, out var protocol) ? protocol : throw new ArgumentException($"'{name}' is no Noise protocol that Kith knows", nameof(name));

    /// <summary>The protocol of a name, if there is such a one here.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out NoiseProtocol? protocol)
    {
        protocol = null;
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > MaxNameSize)
            return false;
        var parts = name.Split('_');
        if (parts is not ["Noise", var patternName, "25519", "ChaChaPoly", var hashName])
            return false;
        if (NoiseHash.Find(hashName) is not { } hash || !TryReadPattern(patternName, out var pattern, out var pskCount))
            return false;
        protocol = new NoiseProtocol(name, pattern, hash, pskCount);
        return true;
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    // §8.1: the pattern's name, then modifiers joined by '+', in order.
    private static bool TryReadPattern(string text, [NotNullWhen(true)] out NoisePattern? pattern, out int pskCount)
    {
        pskCount = 0;
        var end = text.AsSpan().IndexOfAnyInRange('a', 'z');
        pattern = NoisePattern.Find(end < 0 ? text : text[..end]);
        if (end < 0 || pattern is null)
            return pattern is not null;
        var previous = -1;
        foreach (var modifier in text[end..].Split('+'))
        {
            if (!modifier.StartsWith("psk", StringComparison.Ordinal) || modifier.Length != 4 ||
                !int.TryParse(modifier.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var position) || position <= previous)
                return false;
            pattern = pattern.WithPsk(position);
            if (pattern is null)
                return false;
            previous = position;
            pskCount++;
        }
        return true;
    }
}
