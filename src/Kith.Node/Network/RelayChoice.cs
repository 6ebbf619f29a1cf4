using Kith.Node.Api;
using Kith.Node.Api.Types;
using Kith.Overlay;
using Kith.Overlay.Nat;
using Kith.Overlay.Relay;

namespace Kith.Node.Network;

/// <summary>What the user has said of relays, as the settings hold it. Written by the loop, read from any thread.</summary>
internal sealed class RelayChoice
{
    private volatile Answer _said = new(Api.Types.Relay.Off, Asked: false);

    /// <summary>What was agreed to.</summary>
    public Api.Types.Relay Consent => _said.Consent;

    /// <summary>Whether own sessions may go through relays.</summary>
    public bool MayUse => Agreed.HasFlag(RelayConsent.Use);

    /// <summary>The same as the overlay takes it.</summary>
    public RelayConsent Agreed => Consent switch
    {
        Api.Types.Relay.Use => RelayConsent.Use,
        Api.Types.Relay.Serve => RelayConsent.Serve,
        Api.Types.Relay.Both => RelayConsent.Both,
        _ => RelayConsent.Off,
    };

    /// <summary>Takes the settings; false when they say of relays what they said before.</summary>
    public bool Take(Messaging.Settings settings)
    {
        var next = new Answer(Shapes.Settings(settings).Relay, settings.RelayAsked);
        if (next == _said)
            return false;
        _said = next;
        return true;
    }

    /// <summary>What the API shows.</summary>
    public RelayState Draw(OverlayView view) => new(
        Consent,
        _said.Asked,
        Helps(view) && !MayUse,
        view.Relay.Served,
        view.Relay.Used,
        view.Relay.BytesCarried,
        view.Relay.PacketsDropped,
        [.. view.Relay.Refused.OrderBy(one => one.Key).Select(one => new Api.Types.RelayRefusals(one.Key.Sentence(), one.Value))]);

    /// <summary>Whether some people are reached from here over a relay alone, or with much delay otherwise.</summary>
    public static bool Helps(OverlayView view) => view.Nat.Kind is NatKind.Symmetric or NatKind.Blocked && view.Reachable != true;

    private sealed record Answer(Api.Types.Relay Consent, bool Asked);
}
