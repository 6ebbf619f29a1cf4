using System.Text;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

internal static class WireTargets
{
    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("wire reader", Reader),
        ("account id text", () => Text("account id text", [AccountId.FromBytes(new byte[32]).ToString()], text => AccountId.TryParse(text, out _))),
        ("message id text", () => Text("message id text", [MessageId.FromBytes(new byte[16]).ToString()], text => MessageId.TryParse(text, out _))),
    ];

    /// <summary>A target whose input is text: the bytes are taken as Latin-1, so that every character below 256 occurs.</summary>
    public static FuzzTarget Text(string name, IEnumerable<string> corpus, Func<string, bool> parse) =>
        new(name, [.. corpus.Select(Encoding.Latin1.GetBytes)], input => parse(Encoding.Latin1.GetString(input)));

    private static FuzzTarget Reader() => new("wire reader", [[0x25, 0, 0, 1], [0x7b, 0xbd, 2, 7, 7, 0, 1]], input =>
    {
        var reader = new WireReader(input);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadVarInt(out _) || !reader.TryReadLengthPrefixed(1024, out _) || !reader.TryReadUInt16(out _))
                return false;
        }

        return true;
    });
}
