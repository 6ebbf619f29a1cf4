namespace Kith.Crypto;

/// <summary>The one place that makes the exceptions for calls that a correct program never makes. Bad input from outside gives false instead.</summary>
internal static class Misuse
{
    public static ArgumentException Size(string parameter, long expected, long actual) =>
        new($"{parameter} has {expected} bytes, not {actual}", parameter);

    public static ArgumentException Range(string parameter, long minimum, long maximum, long actual) =>
        new($"{parameter} has between {minimum} and {maximum} bytes, not {actual}", parameter);

    public static void ThrowUnlessSize(int actual, int expected, string parameter)
    {
        if (actual != expected)
            throw Size(parameter, expected, actual);
    }

    public static void ThrowUnlessWithin(int actual, int minimum, int maximum, string parameter)
    {
        if (actual < minimum || actual > maximum)
            throw Range(parameter, minimum, maximum, actual);
    }
}
