using System.Globalization;

namespace Kith.Transport.Tor.Control;

/// <summary>How far Tor is with connecting to its network: of STATUS_CLIENT events and of GETINFO status/bootstrap-phase (control-spec, section 4.1.10).</summary>
/// <param name="Progress">0 to 100.</param>
/// <param name="Summary">What it does now, in its words.</param>
/// <param name="Warning">What goes wrong, in its words; null when nothing does.</param>
internal sealed record BootstrapEvent(int Progress, string Summary, string? Warning)
{
    private const int MaxText = 200;

    /// <summary>Reads <c>SEVERITY BOOTSTRAP PROGRESS=… TAG=… SUMMARY="…"</c>.</summary>
    public static bool TryRead(string line, out BootstrapEvent? status)
    {
        status = null;
        if (!ControlWords.TryRead(line, out var words) || words.Plain is not [_, "BOOTSTRAP", ..]
            || !int.TryParse(words["PROGRESS"], NumberStyles.None, CultureInfo.InvariantCulture, out var progress) || progress > 100)
        {
            return false;
        }

        status = new BootstrapEvent(progress, Text(words["SUMMARY"]) ?? "", Text(words["WARNING"]));
        return true;
    }

    // It is shown to people: one line, not too long.
    private static string? Text(string? text)
    {
        if (text is null)
            return null;
        var shown = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
        return shown.Length <= MaxText ? shown : shown[..MaxText];
    }
}
