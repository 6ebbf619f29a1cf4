using Kith.Node.Api;
using Kith.Node.Api.Types;
using Kith.Overlay;
using Kith.Overlay.Nat;

namespace Kith.Node.Network;

/// <summary>What the user has said of relays, as the settings hold it. Written by the loop, read from any thread.</summary>
internal sealed class RelayChoice
{
    private volatile Answer _said = new(Relay.Off, Asked: false);

    /// <summary>What was agreed to.</summary>
    public Relay Consent => _said.Consent;

    /// <summary>Whether own sessions may go through relays.</summary>
    public bool MayUse => Consent is Relay.Use or Relay.Both;

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
    public RelayState Draw(OverlayView view) => new(Consent, _said.Asked, Helps(view) && !MayUse, 0, 0, 0, 0, []);

    /// <summary>Whether some people are reached from here over a relay alone, or with much delay otherwise.</summary>
    public static bool Helps(OverlayView view) => view.Nat.Kind is NatKind.Symmetric or NatKind.Blocked && view.Reachable != true;

    private sealed record Answer(Relay Consent, bool Asked);
}
