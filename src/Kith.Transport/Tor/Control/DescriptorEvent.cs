namespace Kith.Transport.Tor.Control;

/// <summary>What became of a service's descriptor at one directory (HS_DESC, control-spec section 4.1.25).</summary>
/// <param name="Action">UPLOADED, FAILED, REQUESTED, and others.</param>
/// <param name="Service">Whose descriptor.</param>
/// <param name="Reason">Of FAILED: why.</param>
internal sealed record DescriptorEvent(string Action, OnionAddress Service, string? Reason)
{
    /// <summary>A directory has it.</summary>
    public const string Uploaded = "UPLOADED";

    /// <summary>A directory did not take it, or had none.</summary>
    public const string Failed = "FAILED";

    /// <summary>Reads <c>ACTION SERVICE AUTHTYPE DIRECTORY … [REASON=…]</c>.</summary>
    public static bool TryRead(string line, out DescriptorEvent? described)
    {
        described = null;
        if (!ControlWords.TryRead(line, out var words) || words.Plain.Count < 4 || !OnionAddress.TryParse(words.Plain[1], out var service))
            return false;
        described = new DescriptorEvent(words.Plain[0], service, words["REASON"]);
        return true;
    }
}
