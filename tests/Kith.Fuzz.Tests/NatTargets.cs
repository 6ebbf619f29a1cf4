using System.Text;
using Kith.Overlay.Nat;

namespace Kith.Fuzz.Tests;

/// <summary>What observes a NAT (docs/protocol/nat.md).</summary>
internal static class NatTargets
{
    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
        [("nat message", () => new FuzzTarget("nat message", Corpus(), input => NatMessage.TryRead(input, out _), Longest: 512))];

    public static byte[][] Corpus() =>
    [
        Bytes("d3:nati1e5:nonce8:noncenone"),
        Bytes("d3:aski3e4:echo8:echoecho3:nati1e5:nonce8:noncenone"),
        Bytes("d4:echo8:echoecho3:nati1e5:nonce8:noncenon4:porti5000ee"),
        Bytes("d3:alti40000e3:nati2e5:nonce8:noncenon4:seen6:abcdef5:third6:ghijkl5:token8:tokentoke"),
        Bytes("d3:nati2e5:nonce8:noncenon4:seen18:abcdefghijklmnopqr5:token8:tokentoke"),
        Bytes("d3:nati3e5:nonce8:noncenone"),
        Bytes("d4:echo8:echoecho3:nati4e5:nonce8:noncenon2:to6:abcdefe"),
        Bytes("d3:nati5e5:nonce8:noncenone"),
    ];

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
