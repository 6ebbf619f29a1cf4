using System.Text;

namespace Kith.Transport.Tor.Control;

/// <summary>The words of a line: <c>WORD</c>, <c>KEY=VALUE</c> and <c>KEY="quoted value"</c> (control-spec, section 2.1.1). Never throws; a quoted string without its end makes the whole line unread.</summary>
internal sealed class ControlWords
{
    private readonly List<string> _plain = [];
    private readonly Dictionary<string, string> _named = new(StringComparer.Ordinal);

    /// <summary>The words without a value, in their order.</summary>
    public IReadOnlyList<string> Plain => _plain;

    /// <summary>The value of a key; null when it is not there. Of a key that comes twice the first counts.</summary>
    public string? this[string key] => _named.GetValueOrDefault(key);

    public static bool TryRead(string line, out ControlWords words)
    {
        words = new ControlWords();
        var at = 0;
        while (at < line.Length)
        {
            if (line[at] == ' ')
            {
                at++;
                continue;
            }

            var start = at;
            while (at < line.Length && line[at] is not (' ' or '='))
                at++;
            var word = line[start..at];
            if (at == line.Length || line[at] == ' ')
            {
                words._plain.Add(word);
                continue;
            }

            at++;
            if (!TryReadValue(line, ref at, out var value))
                return false;
            words._named.TryAdd(word, value);
        }

        return true;
    }

    private static bool TryReadValue(string line, ref int at, out string value)
    {
        if (at < line.Length && line[at] == '"')
            return TryReadQuoted(line, ref at, out value);
        var end = line.IndexOf(' ', at);
        value = end < 0 ? line[at..] : line[at..end];
        at += value.Length;
        return true;
    }

    // C-style escapes, as Tor's esc_for_log() writes them.
    private static bool TryReadQuoted(string line, ref int at, out string value)
    {
        var text = new StringBuilder();
        value = "";
        for (at++; at < line.Length; at++)
        {
            if (line[at] == '"')
            {
                at++;
                value = text.ToString();
                return true;
            }

            if (line[at] != '\\')
            {
                text.Append(line[at]);
                continue;
            }

            if (++at == line.Length)
                return false;
            text.Append(Unescape(line, ref at));
        }

        return false;
    }

    private static char Unescape(string line, ref int at)
    {
        switch (line[at])
        {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case >= '0' and <= '7':
                var code = 0;
                var digits = 0;
                for (; digits < 3 && at + digits < line.Length && line[at + digits] is >= '0' and <= '7'; digits++)
                    code = (code * 8) + (line[at + digits] - '0');
                at += digits - 1;
                return (char)(code & 0xff);
            default:
                return line[at];
        }
    }
}
