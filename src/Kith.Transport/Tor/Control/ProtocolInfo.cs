namespace Kith.Transport.Tor.Control;

/// <summary>What a control port says of itself before anybody has authenticated (control-spec, section 3.21).</summary>
/// <param name="TakesSafeCookie">Whether it takes SAFECOOKIE.</param>
/// <param name="TakesAnybody">Whether it asks for no proof at all.</param>
/// <param name="CookieFile">Where its cookie is.</param>
/// <param name="Version">Tor's version, for people.</param>
internal sealed record ProtocolInfo(bool TakesSafeCookie, bool TakesAnybody, string? CookieFile, string Version)
{
    private const int MaxVersion = 64;

    public static bool TryRead(ControlReply reply, out ProtocolInfo? info)
    {
        info = null;
        if (!reply.IsOk || reply.After("AUTH ") is not { } auth || !ControlWords.TryRead(auth, out var words) || words["METHODS"] is not { } methods)
            return false;
        var version = reply.After("VERSION ") is { } line && ControlWords.TryRead(line, out var said) ? said["Tor"] ?? "" : "";
        var names = methods.Split(',');
        info = new ProtocolInfo(names.Contains("SAFECOOKIE"), names.Contains("NULL"), words["COOKIEFILE"], version.Length <= MaxVersion ? version : version[..MaxVersion]);
        return true;
    }
}
