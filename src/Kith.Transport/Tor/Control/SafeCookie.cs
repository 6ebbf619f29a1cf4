using System.Text;
using Kith.Crypto;

namespace Kith.Transport.Tor.Control;

/// <summary>
/// SAFECOOKIE (control-spec, section 3.24): each side proves to the other that it can read the cookie file, and neither says what stands there. The plain COOKIE method is never used:
/// whoever answers at the port could name any file of 32 bytes, and would be told its content.
/// </summary>
internal static class SafeCookie
{
    /// <summary>Bytes of the file, no more and no fewer.</summary>
    public const int CookieSize = 32;

    /// <summary>Bytes of each side's nonce.</summary>
    public const int NonceSize = 32;

    private static ReadOnlySpan<byte> ServerKey => "Tor safe cookie authentication server-to-controller hash"u8;

    private static ReadOnlySpan<byte> ClientKey => "Tor safe cookie authentication controller-to-server hash"u8;

    /// <summary>Reads the server's answer to AUTHCHALLENGE, proves the server, and makes our own proof; false when the server does not know the cookie.</summary>
    public static bool TryAnswer(ControlReply reply, ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> clientNonce, Span<byte> proof)
    {
        Span<byte> serverHash = stackalloc byte[HmacSha256.HashSize];
        Span<byte> serverNonce = stackalloc byte[NonceSize];
        if (!reply.IsOk || reply.After("AUTHCHALLENGE ") is not { } line || !ControlWords.TryRead(line, out var words)
            || !TryHex(words["SERVERHASH"], serverHash) || !TryHex(words["SERVERNONCE"], serverNonce))
        {
            return false;
        }

        Span<byte> message = stackalloc byte[cookie.Length + clientNonce.Length + NonceSize];
        cookie.CopyTo(message);
        clientNonce.CopyTo(message[cookie.Length..]);
        serverNonce.CopyTo(message[(cookie.Length + clientNonce.Length)..]);
        if (!HmacSha256.Verify(ServerKey, message, serverHash))
            return false;
        HmacSha256.Hash(ClientKey, message, proof);
        return true;
    }

    private static bool TryHex(string? text, Span<byte> destination) =>
        text?.Length == 2 * destination.Length && Convert.FromHexString(text, destination, out _, out var written) == System.Buffers.OperationStatus.Done && written == destination.Length;
}
