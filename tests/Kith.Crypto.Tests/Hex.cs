namespace Kith.Crypto.Tests;

internal static class Hex
{
    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    public static X25519PublicKey X25519(string hex)
    {
        Assert.True(X25519PublicKey.TryParse(Bytes(hex), out var key));
        return key;
    }

    public static Ed25519PublicKey Ed25519(string hex)
    {
        Assert.True(Ed25519PublicKey.TryParse(Bytes(hex), out var key));
        return key;
    }
}
