using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Kith.Cli;

/// <summary>Durations as people write them: 500ms, 30s, 5m, 12h, 7d; a bare number is seconds.</summary>
internal static class Duration
{
    private static readonly (string Suffix, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        var unit = Units.FirstOrDefault(unit => text.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase), ("", 1000));
        var number = text.AsSpan(0, text.Length - unit.Suffix.Length);
        duration = default;
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            || !(count * unit.Milliseconds <= TimeSpan.FromDays(3650).TotalMilliseconds)) // as it stands: NaN is not greater either
            return false;
        duration = TimeSpan.FromMilliseconds(count * unit.Milliseconds);
        return true;
    }

    public static Option<TimeSpan> Option(string name, string description, TimeSpan standard) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        DefaultValueFactory = _ => standard,
        CustomParser = Parse,
    };

    /// <summary>One that may be left out.</summary>
    public static Option<TimeSpan?> Optional(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = argument => Parse(argument),
    };

    private static TimeSpan Parse(ArgumentResult argument)
    {
        if (TryParse(argument.Tokens[0].Value, out var duration))
            return duration;
        argument.AddError($"'{argument.Tokens[0].Value}' is not a duration; write it like 500ms, 30s, 5m, 12h or 7d.");
        return default;
    }
}
