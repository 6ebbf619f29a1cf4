using Kith.Crypto;

namespace Kith.Forwarding.Sphinx;

/// <summary>A body in its payload: zeroes that show that nobody altered it, and the body, filled up with zeroes.</summary>
public static class SphinxPayload
{
    /// <summary>Writes a payload of <see cref="SphinxFormat.PayloadSize"/> bytes.</summary>
    /// <exception cref="ArgumentException">The body is longer than <see cref="SphinxFormat.BodySize"/>, or a payload has another size.</exception>
    public static void WriteBody(ReadOnlySpan<byte> body, Span<byte> payload)
    {
        if (payload.Length != SphinxFormat.PayloadSize)
            throw new ArgumentException($"a payload has {SphinxFormat.PayloadSize} bytes, not {payload.Length}", nameof(payload));
        if (body.Length > SphinxFormat.BodySize)
            throw new ArgumentException($"a body has at most {SphinxFormat.BodySize} bytes, not {body.Length}", nameof(body));
        payload.Clear();
        body.CopyTo(payload[SphinxFormat.ZeroTagSize..]);
    }

    /// <summary>The body of a decrypted payload; false when somebody altered it.</summary>
    public static bool TryReadBody(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> body)
    {
        body = default;
        if (payload.Length != SphinxFormat.PayloadSize || !ConstantTime.IsZero(payload[..SphinxFormat.ZeroTagSize]))
            return false;
        body = payload[SphinxFormat.ZeroTagSize..];
        return true;
    }
}
