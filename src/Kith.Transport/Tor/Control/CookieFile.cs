namespace Kith.Transport.Tor.Control;

/// <summary>
/// The file with a control port's cookie. Whoever answers at the port names it, so it need not be Tor: one that everybody may read proves nothing, and
/// a pipe or a device would be waited for.
/// </summary>
internal static class CookieFile
{
    /// <summary>The cookie, <see cref="SafeCookie.CookieSize"/> bytes; null when the file is another, cannot be read, or can be by everybody.</summary>
    public static byte[]? Read(string path)
    {
        try
        {
            // A pipe, a terminal and a device have no length, so they are never opened.
            var file = new FileInfo(path);
            if (!file.Exists || file.LinkTarget is not null || file.Length != SafeCookie.CookieSize || (!OperatingSystem.IsWindows() && file.UnixFileMode.HasFlag(UnixFileMode.OtherRead)))
                return null;
            var cookie = File.ReadAllBytes(path);
            return cookie.Length == SafeCookie.CookieSize ? cookie : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
