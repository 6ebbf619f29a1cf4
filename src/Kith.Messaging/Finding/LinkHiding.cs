using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;

namespace Kith.Messaging.Finding;

/// <summary>Somebody we do not want may hold any link made so far: its users find us no more. The links themselves stay good.</summary>
internal sealed class LinkHiding(Surroundings around, SettingsBook settings, InviteDesk invites)
{
    public void Hide()
    {
        settings.HideLinks(Math.Max(around.Now, invites.NewestAt));
        around.Effects.FindingChanged();
        around.Effects.BoxesChanged();
        around.Effects.OnionChanged();
    }
}
