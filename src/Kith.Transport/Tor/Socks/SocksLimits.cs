namespace Kith.Transport.Tor.Socks;

/// <summary>What an exchange with a SOCKS port may take (RFC 1928, RFC 1929).</summary>
internal static class SocksLimits
{
    /// <summary>The longest host name, bytes.</summary>
    public const int MaxHost = 255;

    /// <summary>The longest user name or password, bytes.</summary>
    public const int MaxCredential = 255;

    /// <summary>The longest thing the proxy says: a reply with a name of 255 bytes.</summary>
    public const int MaxReply = 4 + 1 + MaxHost + 2;
}
