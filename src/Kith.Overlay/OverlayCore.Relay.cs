using Kith.Overlay.Relay;

namespace Kith.Overlay;

/// <content>Relays.</content>
internal sealed partial class OverlayCore
{
    /// <summary>Relays.</summary>
    public RelayCore Relay { get; }

    /// <summary>Who is registered here, and where we are.</summary>
    public OwnRegistrations Registrations { get; } = new();

    /// <summary>Sets what is agreed to about relays, and lets others know whether this node carries circuits.</summary>
    public void SetRelay(RelayConsent consent)
    {
        Relay.SetConsent(consent);
        Walker.ServesRelay = Relay.Serves;
        Reach.SetRelay(takesCircuits: consent.HasFlag(RelayConsent.Use), Relay.Serves);
        NoticeChanges();
    }
}
