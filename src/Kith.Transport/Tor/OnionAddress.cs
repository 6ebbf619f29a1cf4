using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;

namespace Kith.Transport.Tor;

/// <summary>Which onion service: its <see cref="OnionName"/>, read as people write it, with one sentence for what is none.</summary>
public readonly record struct OnionAddress
{
    /// <summary>What tells Tor's SOCKS port that a name is an onion service's.</summary>
    public const string Suffix = ".onion";

    private readonly Ed25519PublicKey _key;

    private OnionAddress(Ed25519PublicKey key) => _key = key;

    /// <summary>The service's key.</summary>
    public Ed25519PublicKey Key => _key;

    /// <summary>The address of the service that has this key.</summary>
    public static OnionAddress Of(Ed25519PublicKey key) => new(key);

    /// <summary>The address of the service of this name.</summary>
    public static OnionAddress Of(OnionName name)
    {
        _ = Ed25519PublicKey.TryParse(name.Key.Span, out var key);
        return new OnionAddress(key);
    }

    /// <summary>Reads the 56 letters, in either case, with ".onion" or without; false for anything else, a wrong checksum above all.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out OnionAddress address) => TryParse(text, out address, out _);

    /// <summary>Reads the text form, and says in one sentence what is wrong with what is none.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out OnionAddress address, [NotNullWhen(false)] out string? problem)
    {
        address = default;
        problem = null;
        if (text.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
            text = text[..^Suffix.Length];
        if (text.Length != OnionName.TextLength)
            problem = $"an onion address has {OnionName.TextLength} letters before the port, and this one has {text.Length}";
        else if (!OnionName.TryParse(text, out var name))
            problem = "this onion address is mistyped: its letters and its checksum do not fit";
        else
            address = Of(name);
        return problem is null;
    }

    /// <summary>The 56 letters, lower case, without ".onion".</summary>
    public override string ToString() => OnionName.Of(_key.ToArray()).Text;
}
