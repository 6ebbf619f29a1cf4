using System.Globalization;
using System.Text;

namespace Kith.Messaging.Contacts;

/// <summary>
/// The rules for names of people: 1 to 64 code points, trimmed, on one line, with nothing that hides or turns text round. Names are kept as typed: normalization
/// (form C) needs ICU, which a node runs without (InvariantGlobalization), so the page normalizes what it sends and the same name typed in two forms counts as two.
/// </summary>
public static class ContactName
{
    /// <summary>Most Unicode code points.</summary>
    public const int MaxCodePoints = 64;

    /// <summary>Longest UTF-8 form in bytes.</summary>
    public const int MaxBytes = MaxCodePoints * 4;

    /// <summary>Brings a name into its form; false when it cannot be a name.</summary>
    public static bool TryNormalize(string? text, out string name)
    {
        name = "";
        if (text is null || text.Length > MaxCodePoints * 8 || !IsWellFormed(text))
            return false;
        var candidate = text.Trim();
        var count = 0;
        foreach (var rune in candidate.EnumerateRunes())
        {
            if (++count > MaxCodePoints || IsForbidden(rune))
                return false;
        }

        if (count == 0 || !candidate.EnumerateRunes().Any(IsVisible))
            return false;
        name = candidate;
        return true;
    }

    // A lone surrogate is no text: it has no UTF-8 form.
    private static bool IsWellFormed(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var used) != System.Buffers.OperationStatus.Done)
                return false;
            rest = rest[used..];
        }

        return true;
    }

    private static bool IsForbidden(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,

        // Joiners, variation selectors and tags are parts of emoji and of some scripts; what turns the direction of text round lets one name look like another.
        UnicodeCategory.Format => rune.Value is (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069) or 0x200e or 0x200f or 0x061c or 0xfeff,
        _ => false,
    };

    private static bool IsVisible(Rune rune) =>
        !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark);
}
