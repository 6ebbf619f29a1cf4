using System.Globalization;
using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Overlay.Entry.DynamicDns;

/// <summary>What to tell a person whose DNS server says no: one sentence with what to do.</summary>
internal static class DnsRefusal
{
    /// <summary>The code as DNS servers' logs write it.</summary>
    public static string Word(DnsRcode code) => Enum.IsDefined(code) ? code.ToString().ToUpperInvariant() : string.Create(CultureInfo.InvariantCulture, $"RCODE {(int)code}");

    /// <summary>Why an update was not made.</summary>
    /// <param name="server">Who refused.</param>
    /// <param name="name">The dynamic name.</param>
    /// <param name="key">The key's name.</param>
    /// <param name="code">The answer's code.</param>
    /// <param name="verdict">Its signature.</param>
    /// <param name="now">Our clock, unix milliseconds.</param>
    public static string Sentence(Endpoint server, string name, string key, DnsRcode code, TsigVerdict verdict, long now) => (code, verdict.Error) switch
    {
        (DnsRcode.NotAuth, DnsRcode.BadKey) => $"the DNS server {server} does not know the key {key}: {name} is not renewed until it has that key under that name, for hmac-sha256 (BADKEY)",
        (DnsRcode.NotAuth, DnsRcode.BadSig or DnsRcode.BadTrunc) => $"the DNS server {server} has another secret for the key {key}: {name} is not renewed until both are the same (BADSIG)",
        (DnsRcode.NotAuth, DnsRcode.BadTime) => $"{Clock(server, verdict.ServerTime, now)}: {name} is not renewed until the clock is set (BADTIME)",
        (DnsRcode.NotAuth or DnsRcode.NotZone, _) => $"the DNS server {server} is not the primary of the zone of {name}, which is not renewed until the right server is named ({Word(code)})",
        (DnsRcode.Refused, _) => $"the DNS server {server} does not let the key {key} change {name}: allow it in the zone's update-policy (REFUSED)",
        (DnsRcode.NotImp, _) => $"the DNS server {server} takes no dynamic updates, so {name} is not renewed (NOTIMP)",
        (DnsRcode.ServFail, _) => $"the DNS server {server} failed at changing {name}: its log says why, often a zone file that it may not write (SERVFAIL)",
        (DnsRcode.NoError, _) => $"the answer of the DNS server {server} to the update of {name} bears no valid signature and is not believed",
        _ => $"the DNS server {server} did not change {name} ({Word(code)})",
    };

    private static string Clock(Endpoint server, DateTimeOffset? serverTime, long now)
    {
        if (serverTime is not { } time)
            return $"this computer's clock and that of the DNS server {server} are too far apart";
        var ahead = now - time.ToUnixTimeMilliseconds();
        return $"this computer's clock is {Duration(Math.Abs(ahead))} {(ahead > 0 ? "ahead of" : "behind")} that of the DNS server {server}";
    }

    private static string Duration(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds) switch
    {
        { TotalDays: >= 2 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:F0} days"),
        { TotalHours: >= 2 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:F0} hours"),
        var time => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, time.TotalMinutes):F0} minutes"),
    };
}
