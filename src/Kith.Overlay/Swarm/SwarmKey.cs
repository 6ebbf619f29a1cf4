using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Swarm;

/// <summary>
/// What makes somebody a member of a private swarm: 32 random bytes that all members share. Its text form is <c>kith-swarm:</c> and 52 characters of base32.
/// </summary>
public sealed class SwarmKey : IDisposable
{
    /// <summary>Bytes in the key.</summary>
    public const int Size = 32;

    private const string Prefix = "kith-swarm:";

    private readonly SecretBytes _key;

    private SwarmKey(SecretBytes key) => _key = key;

    /// <summary>The key of a new swarm.</summary>
    public static SwarmKey Generate(IRandom random) => new(SecretBytes.Generate(random, Size));

    /// <summary>Reads the text form; false when it is anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SwarmKey? key)
    {
        key = null;
        Span<byte> bytes = stackalloc byte[Size];
        if (!text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || !Base32.TryDecode(text[Prefix.Length..], bytes))
            return false;
        key = new SwarmKey(new SecretBytes(bytes));
        bytes.Clear();
        return true;
    }

    /// <summary>The text form: whoever has it is a member.</summary>
    public string Reveal() => Prefix + Base32.Encode(_key.Value);

    /// <summary>The key of one use, so that no two uses share one: HKDF-SHA256 with the use's label as info.</summary>
    public SecretBytes Derive(ReadOnlySpan<byte> label) => SecretBytes.Create(Size, new Derivation(_key.Value, label), static (destination, use) =>
        Hkdf.DeriveKey(use.Key, [], use.Label, destination));

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>Never the key.</summary>
    public override string ToString() => nameof(SwarmKey);

    private readonly ref struct Derivation(ReadOnlySpan<byte> key, ReadOnlySpan<byte> label)
    {
        public ReadOnlySpan<byte> Key { get; } = key;

        public ReadOnlySpan<byte> Label { get; } = label;
    }
}
