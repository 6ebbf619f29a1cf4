using System.Globalization;

namespace Kith.Transport.Tor.Socks;

/// <summary>Why a SOCKS proxy did not connect, in one sentence.</summary>
/// <param name="Code">The reply's code (RFC 1928 section 6; Tor's own from 0xf0, socks-extensions "Extended error codes"); negative when it was no reply.</param>
/// <param name="Says">For people.</param>
internal sealed record SocksFailure(int Code, string Says)
{
    /// <summary>No directory has the service's descriptor, or all of them were asked a while ago.</summary>
    public const int NotFound = 0xf0;

    /// <summary>The service's descriptor is closed to us: no key.</summary>
    public const int NoClientKey = 0xf4;

    /// <summary>The service's descriptor is closed to us: a wrong key.</summary>
    public const int WrongClientKey = 0xf5;

    /// <summary>Whether it was for want of a descriptor that we can read: there may be one meanwhile.</summary>
    public bool IsOfDescriptor => Code is NotFound or NoClientKey or WrongClientKey;

    /// <summary>What answers is no SOCKS5 proxy.</summary>
    public static readonly SocksFailure NotSocks = new(-1, "what answers at Tor's SOCKS port does not speak SOCKS5");

    /// <summary>The proxy does not tell callers apart: contacts would share circuits.</summary>
    public static readonly SocksFailure NoIsolation = new(-2, "Tor's SOCKS port does not keep contacts apart: it takes no user names");

    public static SocksFailure Of(byte code) => new(code, code switch
    {
        0x01 => "Tor could not connect to the onion service",
        0x02 => "Tor's SOCKS port refuses such connections",
        0x03 => "Tor has no way to its network",
        0x04 => "the onion service cannot be reached now",
        0x05 => "the onion service is up, and nobody listens behind it",
        0x06 => "the onion service did not answer in time",
        NotFound => "the onion service is not known to Tor's directories: its node is off, or has just started",
        0xf1 => "what Tor's directories say of the onion service cannot be read",
        0xf2 => "the onion service could not be introduced to us: its node may have just gone",
        0xf3 => "Tor could not meet the onion service",
        NoClientKey => "the onion service is for people whom its owner has let in, and we have no key",
        WrongClientKey => "the onion service is for people whom its owner has let in, and our key is not one of theirs",
        0xf6 => "this onion address is mistyped",
        0xf7 => "the onion service did not answer an introduction in time",
        _ => string.Create(CultureInfo.InvariantCulture, $"Tor could not connect to the onion service (0x{code:x2})"),
    });
}
