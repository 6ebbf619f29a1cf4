namespace Kith.Wire.Bencode;

/// <summary>
/// Reads bencode (BEP 3, "bencoding") from front to back without a copy. Nothing here throws on any input: a read that does not fit returns false and consumes nothing.
/// Containers are entered and left one token at a time; <see cref="TrySkip"/> passes over a whole value and bounds its depth. The order of dictionary keys is not
/// checked, as mainline's peers do not all sort them.
/// </summary>
/// <param name="source">What is read.</param>
public ref struct BencodeReader(ReadOnlySpan<byte> source)
{
    /// <summary>Deepest nesting that <see cref="TrySkip"/> passes over.</summary>
    public const int MaxDepth = 16;

    private const int MaxLengthDigits = 8;
    private const int MaxIntegerDigits = 19;

    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>Bytes read so far.</summary>
    public int Consumed { get; private set; }

    /// <summary>True when everything has been read.</summary>
    public readonly bool IsAtEnd => Consumed == _source.Length;

    /// <summary>What stands next.</summary>
    public readonly BencodeKind Next => Consumed == _source.Length ? BencodeKind.None : _source[Consumed] switch
    {
        (byte)'i' => BencodeKind.Integer,
        >= (byte)'0' and <= (byte)'9' => BencodeKind.Bytes,
        (byte)'l' => BencodeKind.List,
        (byte)'d' => BencodeKind.Dictionary,
        (byte)'e' => BencodeKind.End,
        _ => BencodeKind.None,
    };

    /// <summary>Enters a dictionary: its keys and values follow until <see cref="TryReadEnd"/>.</summary>
    public bool TryReadDictionary() => TryReadToken((byte)'d');

    /// <summary>Enters a list: its values follow until <see cref="TryReadEnd"/>.</summary>
    public bool TryReadList() => TryReadToken((byte)'l');

    /// <summary>Leaves a dictionary or list; false while something is left in it.</summary>
    public bool TryReadEnd() => TryReadToken((byte)'e');

    /// <summary>Reads an integer of 64 bits. Leading zeroes and a negative zero are refused.</summary>
    public bool TryReadInteger(out long value)
    {
        value = 0;
        var rest = _source[Consumed..];
        if (rest.Length < 3 || rest[0] != 'i')
            return false;
        var end = rest[..Math.Min(rest.Length, MaxIntegerDigits + 3)].IndexOf((byte)'e');
        if (end < 2 || !TryParseInteger(rest[1..end], out value))
            return false;
        Consumed += end + 1;
        return true;
    }

    /// <summary>Reads a byte string, without a copy.</summary>
    public bool TryReadBytes(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        var rest = _source[Consumed..];
        var length = 0;
        var at = 0;
        for (; at < rest.Length && char.IsAsciiDigit((char)rest[at]); at++)
        {
            // A length has no leading zero (BEP 3), and no datagram is longer than eight digits say.
            if (at == MaxLengthDigits || (at == 1 && rest[0] == '0'))
                return false;
            length = (length * 10) + (rest[at] - '0');
        }

        if (at == 0 || at == rest.Length || rest[at] != ':' || length > rest.Length - at - 1)
            return false;
        bytes = rest.Slice(at + 1, length);
        Consumed += at + 1 + length;
        return true;
    }

    /// <summary>Passes over one value of any kind, at most <see cref="MaxDepth"/> deep.</summary>
    public bool TrySkip() => TryReadValue(out _);

    /// <summary>Passes over one value of any kind and gives its encoding.</summary>
    public bool TryReadValue(out ReadOnlySpan<byte> encoded)
    {
        var start = Consumed;
        encoded = default;
        var depth = 0;
        // One bit a level: whether it is a dictionary, and whether its next string is a key.
        uint dictionaries = 0;
        uint keyNext = 0;
        do
        {
            var kind = Next;
            var bit = 1u << depth;
            var isKey = depth > 0 && (dictionaries & bit) != 0 && (keyNext & bit) != 0;
            if (isKey && kind is not (BencodeKind.Bytes or BencodeKind.End))
                break;
            if (kind == BencodeKind.End)
            {
                // A dictionary does not end between a key and its value.
                if (depth == 0 || ((dictionaries & bit) != 0 && !isKey))
                    break;
                Consumed++;
                depth--;
                continue;
            }

            keyNext ^= dictionaries & bit;
            if (!TryEnterOrRead(kind, ref depth, ref dictionaries, ref keyNext))
                break;
        }
        while (depth > 0 || Consumed == start);

        if (depth == 0 && Consumed > start)
        {
            encoded = _source[start..Consumed];
            return true;
        }

        Consumed = start;
        return false;
    }

    private bool TryEnterOrRead(BencodeKind kind, ref int depth, ref uint dictionaries, ref uint keyNext)
    {
        switch (kind)
        {
            case BencodeKind.Integer:
                return TryReadInteger(out _);
            case BencodeKind.Bytes:
                return TryReadBytes(out _);
            case BencodeKind.List or BencodeKind.Dictionary:
                if (++depth > MaxDepth)
                    return false;
                Consumed++;
                var bit = 1u << depth;
                dictionaries = kind == BencodeKind.Dictionary ? dictionaries | bit : dictionaries & ~bit;
                keyNext |= bit;
                return true;
            default:
                return false;
        }
    }

    private static bool TryParseInteger(ReadOnlySpan<byte> digits, out long value)
    {
        value = 0;
        var negative = digits[0] == '-';
        if (negative)
            digits = digits[1..];
        if (digits.Length is 0 or > MaxIntegerDigits || (digits[0] == '0' && (digits.Length > 1 || negative)))
            return false;
        // Gathered below zero, where there is room for the smallest number too.
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit) || value < (long.MinValue + (digit - '0')) / 10)
                return false;
            value = (value * 10) - (digit - '0');
        }

        if (negative)
            return true;
        if (value == long.MinValue)
        {
            value = 0;
            return false;
        }

        value = -value;
        return true;
    }

    private bool TryReadToken(byte token)
    {
        if (Consumed == _source.Length || _source[Consumed] != token)
            return false;
        Consumed++;
        return true;
    }
}
