namespace Kith.Transport.Tor.Control;

/// <summary>One circuit of GETINFO circuit-status (control-spec, section 4.1.1).</summary>
/// <param name="Id">Tor's name for it.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Service">Of a circuit to or from an onion service: which.</param>
internal sealed record CircuitLine(string Id, string Purpose, OnionAddress? Service)
{
    /// <summary>From a service of ours to somebody who called it.</summary>
    public const string ServiceRendezvous = "HS_SERVICE_REND";

    private const int MaxId = 16;

    /// <summary>Reads <c>ID STATUS [PATH] … PURPOSE=… REND_QUERY=…</c>.</summary>
    public static bool TryRead(string line, out CircuitLine? circuit)
    {
        circuit = null;
        // An id goes back to Tor in a command: letters and digits alone (section 2.4.1).
        if (!ControlWords.TryRead(line, out var words) || words.Plain.Count < 2 || words.Plain[0].Length > MaxId || !words.Plain[0].All(char.IsAsciiLetterOrDigit))
            return false;
        circuit = new CircuitLine(words.Plain[0], words["PURPOSE"] ?? "", words["REND_QUERY"] is { } query && OnionAddress.TryParse(query, out var service) ? service : null);
        return true;
    }
}
