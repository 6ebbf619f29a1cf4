using System.Globalization;
using System.Text;

namespace Kith.Messaging.Conversations;

/// <summary>Text as search compares it: lower case, without diacritics.</summary>
internal static class SearchText
{
    /// <summary>Words of a query that count; the rest is left out.</summary>
    public const int MaxWords = 16;

    /// <summary>Characters of a query that are looked at.</summary>
    public const int MaxQuery = 512;

    /// <summary>Folds case and marks away.</summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            // Marks that stand for themselves, after their letter.
            if (c >= '\u0300' && CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark)
                continue;
            folded.Append(DiacriticTable.Base(char.ToLowerInvariant(c)));
        }

        return folded.ToString();
    }

    /// <summary>The folded words of a query.</summary>
    public static string[] Words(string query) =>
        [.. Fold(query.Length > MaxQuery ? query[..MaxQuery] : query)
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Distinct(StringComparer.Ordinal)
            .Take(MaxWords)];

    /// <summary>Whether a text holds every word.</summary>
    public static bool Matches(string text, string[] words)
    {
        var folded = Fold(text);
        return Array.TrueForAll(words, word => folded.Contains(word, StringComparison.Ordinal));
    }
}
