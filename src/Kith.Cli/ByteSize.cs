using System.Globalization;

namespace Kith.Cli;

/// <summary>Sizes as people write them: <c>256M</c>, <c>2G</c>, <c>512MiB</c>, or bytes; <c>off</c> for 0.</summary>
internal static class ByteSize
{
    /// <summary>Bytes; null when it is no size.</summary>
    public static long? Parse(string text)
    {
        if (text.Equals("off", StringComparison.OrdinalIgnoreCase))
            return 0;
        var digits = text.AsSpan().TrimEnd("KMGTiBkmgtb");
        var shift = text[digits.Length..].ToUpperInvariant() switch
        {
            "" or "B" => 0,
            "K" or "KB" or "KIB" => 10,
            "M" or "MB" or "MIB" => 20,
            "G" or "GB" or "GIB" => 30,
            "T" or "TB" or "TIB" => 40,
            _ => -1,
        };
        return shift >= 0 && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue >> shift ? number << shift : null;
    }

    /// <summary>The size for people.</summary>
    public static string Say(long bytes) => bytes switch
    {
        0 => "none",
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.#} GiB"),
    };
}
