using System.Globalization;
using System.Text;

namespace Kith.Wire.Dns;

/// <summary>A domain name, absolute, in lower case, by value (RFC 1035 section 3.1; RFC 4343: case does not matter).</summary>
public sealed class DnsName : IEquatable<DnsName>
{
    /// <summary>Bytes in the longest name, lengths and root included (RFC 1035 section 2.3.4).</summary>
    public const int MaxSize = 255;

    /// <summary>Bytes in the longest label (RFC 1035 section 2.3.4).</summary>
    public const int MaxLabelSize = 63;

    private const int PointerBits = 0xC0;

    private readonly byte[] _wire;

    private DnsName(byte[] wire) => _wire = wire;

    /// <summary>The name of no labels.</summary>
    public static DnsName Root { get; } = new([0]);

    /// <summary>The uncompressed wire form, which is also the canonical one (RFC 4034 section 6.2).</summary>
    public ReadOnlySpan<byte> Wire => _wire;

    /// <summary>Reads <c>_kith._udp.example.org</c>, with or without a final dot: labels of letters, digits, hyphens and underscores.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DnsName name)
    {
        name = Root;
        if (text.EndsWith("."))
            text = text[..^1];
        if (text.Length is 0 or > MaxSize - 2)
            return false;
        var wire = new byte[text.Length + 2];
        var length = 0;
        foreach (var range in text.Split('.'))
        {
            var label = text[range];
            if (label.Length is 0 or > MaxLabelSize)
                return false;
            wire[length++] = (byte)label.Length;
            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                    return false;
                wire[length++] = (byte)char.ToLowerInvariant(c);
            }
        }

        name = new DnsName(wire);
        return true;
    }

    /// <summary>
    /// Reads a name out of a message, following compression (RFC 1035 section 4.1.4): each pointer must lead to before the piece that it ends, so that no chain of them can
    /// run in a circle.
    /// </summary>
    /// <param name="message">The whole message.</param>
    /// <param name="offset">Where the name begins; behind it afterwards. Left alone when false is returned.</param>
    /// <param name="name">The name.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int offset, out DnsName name)
    {
        name = Root;
        Span<byte> wire = stackalloc byte[MaxSize];
        var length = 0;
        var at = offset;
        var piece = offset;
        int? behind = null;
        while (at < message.Length)
        {
            int size = message[at];
            if (size == 0)
            {
                offset = behind ?? at + 1;
                wire[length++] = 0;
                name = length == 1 ? Root : new DnsName(wire[..length].ToArray());
                return true;
            }

            if ((size & PointerBits) == PointerBits)
            {
                if (at + 1 >= message.Length)
                    return false;
                var target = ((size & ~PointerBits) << 8) | message[at + 1];
                if (target >= piece)
                    return false;
                behind ??= at + 2;
                at = piece = target;
                continue;
            }

            // One byte is kept for the root.
            if (size > MaxLabelSize || size + 1 > message.Length - at || length + size + 1 > MaxSize - 1)
                return false;
            wire[length++] = (byte)size;
            foreach (var b in message.Slice(at + 1, size))
                wire[length++] = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
            at += size + 1;
        }

        return false;
    }

    /// <summary>Whether this name is the other or below it.</summary>
    public bool IsAtOrBelow(DnsName other)
    {
        var at = 0;
        while (_wire.Length - at > other._wire.Length)
            at += _wire[at] + 1;
        return _wire.AsSpan(at).SequenceEqual(other._wire);
    }

    /// <inheritdoc/>
    public bool Equals(DnsName? other) => other is not null && _wire.AsSpan().SequenceEqual(other._wire);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DnsName);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_wire);
        return hash.ToHashCode();
    }

    /// <summary>The labels with dots between, without a final one; what is not printable as <c>\DDD</c> (RFC 1035 section 5.1). The root is <c>.</c></summary>
    public override string ToString()
    {
        if (_wire.Length == 1)
            return ".";
        var text = new StringBuilder();
        for (var at = 0; _wire[at] != 0; at += _wire[at] + 1)
        {
            if (at > 0)
                _ = text.Append('.');
            foreach (var b in _wire.AsSpan(at + 1, _wire[at]))
            {
                if (b is > (byte)' ' and < 0x7F and not ((byte)'.' or (byte)'\\'))
                    _ = text.Append((char)b);
                else
                    _ = text.Append(CultureInfo.InvariantCulture, $"\\{b:D3}");
            }
        }

        return text.ToString();
    }
}
