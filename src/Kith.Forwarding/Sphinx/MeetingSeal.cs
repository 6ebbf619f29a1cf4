using Kith.Crypto;

namespace Kith.Forwarding.Sphinx;

/// <summary>
/// What hides a body from the node with the handle: a payload encrypted once more under the secret that came with the handle. Eight random bytes make two of one body differ, eight zeroes
/// show that nobody altered it.
/// </summary>
public static class MeetingSeal
{
    /// <summary>Bytes in the secret.</summary>
    public const int KeySize = Lioness.KeySize;

    private const int RandomSize = 8;

    /// <summary>Seals a body of at most <see cref="SphinxFormat.BodySize"/> bytes into a payload of <see cref="SphinxFormat.PayloadSize"/>.</summary>
    /// <exception cref="ArgumentException">A size is wrong.</exception>
    public static void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> body, IRandom random, Span<byte> payload)
    {
        SphinxPayload.WriteBody(body, payload);
        random.Fill(payload[..RandomSize]);
        Lioness.Encrypt(key, payload);
    }

    /// <summary>Opens a payload in its place; false when it is not under this key, or altered.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> key, Span<byte> payload, out ReadOnlySpan<byte> body)
    {
        body = default;
        if (payload.Length != SphinxFormat.PayloadSize)
            return false;
        Lioness.Decrypt(key, payload);
        if (!ConstantTime.IsZero(payload[RandomSize..SphinxFormat.ZeroTagSize]))
            return false;
        body = payload[SphinxFormat.ZeroTagSize..];
        return true;
    }
}
