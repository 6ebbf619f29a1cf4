using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Kith.Transport.Tor;

/// <summary>A bridge line: <c>[TRANSPORT] IP:PORT [FINGERPRINT] [KEY=VALUE]…</c> (torrc's Bridge).</summary>
/// <param name="Transport">The pluggable transport; null for none.</param>
/// <param name="Text">The line, with one blank between its words.</param>
public sealed record BridgeLine(string? Transport, string Text)
{
    private const string Keyword = "Bridge";
    private const int MaxTransport = 32;
    private const int FingerprintLength = 40;

    /// <summary>Reads a line as people paste it, with or without "Bridge" before it; false says what is wrong in one sentence. Nothing that is read can become a second line of a torrc.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BridgeLine? line, [NotNullWhen(false)] out string? problem)
    {
        line = null;
        problem = null;
        if (text.Length > TorLimits.MaxBridgeLine)
            problem = "this bridge line is too long";
        else if (text.Any(c => c is < ' ' or > '~' or '#' or '"' or '\\'))
            problem = "a bridge line is one line of plain letters";
        if (problem is not null)
            return false;
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).AsSpan();
        if (words.Length > 0 && words[0].Equals(Keyword, StringComparison.OrdinalIgnoreCase))
            words = words[1..];
        var whole = string.Join(' ', words!);
        string? transport = null;
        if (words.Length > 0 && IsTransport(words[0]))
        {
            transport = words[0];
            words = words[1..];
        }

        if (words.Length == 0 || !IsAddress(words[0]))
            problem = "a bridge line has an address like 192.0.2.1:443 at its beginning, or after the name of a transport";
        else
            problem = Fault(words[1..], transport);
        if (problem is null)
            line = new BridgeLine(transport, whole);
        return line is not null;
    }

    // What stands after the address, as Tor takes it.
    private static string? Fault(ReadOnlySpan<string> words, string? transport)
    {
        if (words.Length > 0 && !words[0].Contains('=', StringComparison.Ordinal))
        {
            if (words[0].Length != FingerprintLength || !words[0].All(char.IsAsciiHexDigit))
                return "the fingerprint of this bridge line is mistyped: it has 40 hexadecimal digits";
            words = words[1..];
        }

        foreach (var word in words)
        {
            if (word.IndexOf('=', StringComparison.Ordinal) < 1)
                return "after its address and fingerprint a bridge line has values like cert=… alone";
        }

        return words.Length > 0 && transport is null ? "values like cert=… are for a transport, and this bridge line names none before its address" : null;
    }

    // Four decimal numbers, or IPv6 in brackets: nothing else that an address could be taken for, such as 1:443.
    private static bool IsAddress(string text) =>
        IPEndPoint.TryParse(text, out var at) && at.Port != 0
        && (at.AddressFamily == AddressFamily.InterNetwork ? at.ToString() == text : text[0] == '[' && !text.Contains('%', StringComparison.Ordinal));

    private static bool IsTransport(string word) => word.Length <= MaxTransport && char.IsAsciiLetter(word[0]) && word.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
