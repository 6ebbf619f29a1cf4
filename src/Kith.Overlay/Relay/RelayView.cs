namespace Kith.Overlay.Relay;

/// <summary>What relays do here now, and since the start.</summary>
/// <param name="Consent">What was agreed to.</param>
/// <param name="Served">Circuits of others that go through this node.</param>
/// <param name="Used">Circuits that end here.</param>
/// <param name="BytesCarried">Bytes passed on for others since the start.</param>
/// <param name="PacketsDropped">Packets of others over a limit, and not passed on, since the start.</param>
/// <param name="Refused">How often this node refused others, by reason, since the start.</param>
public sealed record RelayView(
    RelayConsent Consent, int Served, int Used, long BytesCarried, long PacketsDropped, IReadOnlyDictionary<RelayRefusal, long> Refused)
{
    /// <summary>Nothing agreed to, nothing done.</summary>
    public static RelayView Nothing { get; } = new(RelayConsent.Off, 0, 0, 0, 0, new Dictionary<RelayRefusal, long>());

    /// <summary>Whether this node carries circuits of others.</summary>
    public bool IsServing => Consent.HasFlag(RelayConsent.Serve);
}
