using System.Buffers.Text;

namespace Kith.Wire.Bencode;

/// <summary>
/// Writes bencode (BEP 3) into a span that the caller gives. Keys must be written in ascending order of their bytes by the caller. Where the span is too small nothing
/// more is written and <see cref="Overflowed"/> says so: check it once, at the end.
/// </summary>
/// <param name="destination">Where to.</param>
public ref struct BencodeWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Whether something did not fit.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => _destination[..Length];

    /// <summary>Begins a dictionary.</summary>
    public void BeginDictionary() => WriteToken((byte)'d');

    /// <summary>Begins a list.</summary>
    public void BeginList() => WriteToken((byte)'l');

    /// <summary>Ends the dictionary or list.</summary>
    public void End() => WriteToken((byte)'e');

    /// <summary>Writes a byte string: a value or a key.</summary>
    public void WriteBytes(scoped ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[12];
        _ = Utf8Formatter.TryFormat(bytes.Length, length, out var digits);
        length[digits++] = (byte)':';
        if (!Fits(digits + bytes.Length))
            return;
        WriteRaw(length[..digits]);
        WriteRaw(bytes);
    }

    /// <summary>Writes an integer.</summary>
    public void WriteInteger(long value)
    {
        Span<byte> text = stackalloc byte[24];
        text[0] = (byte)'i';
        _ = Utf8Formatter.TryFormat(value, text[1..], out var digits);
        text[digits + 1] = (byte)'e';
        WriteRaw(text[..(digits + 2)]);
    }

    /// <summary>Writes what is bencoded already.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> encoded)
    {
        if (!Fits(encoded.Length))
            return;
        encoded.CopyTo(_destination[Length..]);
        Length += encoded.Length;
    }

    /// <summary>Writes a key and a byte string.</summary>
    public void WriteEntry(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> value)
    {
        WriteBytes(key);
        WriteBytes(value);
    }

    /// <summary>Writes a key and an integer.</summary>
    public void WriteEntry(scoped ReadOnlySpan<byte> key, long value)
    {
        WriteBytes(key);
        WriteInteger(value);
    }

    private void WriteToken(byte token) => WriteRaw(new ReadOnlySpan<byte>(in token));

    private bool Fits(int count)
    {
        // What follows something that did not fit is left out too, or the rest would be read as something else.
        Overflowed |= count > _destination.Length - Length;
        return !Overflowed;
    }
}
