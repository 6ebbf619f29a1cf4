using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Node.Events;

namespace Kith.Node.Api;

/// <summary>Turns what the rooms below say into the API's types, and back.</summary>
internal static class Shapes
{
    public static Link Link(LinkView link)
        => new(link.Id, link.Link, link.Expires, link.UsesLeft, link.UsesLeft == 0, QrCode.Svg(link.Link), link.Price);

    public static Contact Contact(ContactView contact, ContactBoard board) => new(
        contact.Id.ToString(),
        contact.Name,
        contact.ProfileName,
        contact.State switch
        {
            Messaging.ContactState.Connecting => Types.ContactState.Connecting,
            Messaging.ContactState.Request => Types.ContactState.Request,
            Messaging.ContactState.Connected => Types.ContactState.Connected,
            Messaging.ContactState.Refused => Types.ContactState.Refused,
            _ => Types.ContactState.Blocked,
        },
        contact.Reason,
        contact.Verified,
        contact.Muted,
        board.IsOnline(contact.Id),
        board.IsTyping(contact.Id),
        contact.AddedAt,
        contact.Unread,
        contact.LastMessage is { } last ? Message(last, contact.Name) : null,
        contact.Draft,
        contact.DisappearAfter,
        contact.CanFindUs,
        board.PathOf(contact.Id),
        (Privacy)contact.Privacy,
        contact.PrivacyException is { } exception ? (PrivacyException)(exception + 1) : PrivacyException.None);

    public static Message Message(MessageView message, ContactBoard board) => Message(message, board.Name(message.Contact));

    public static MessageState State(Messaging.Conversations.MessageState state) => (MessageState)state;

    public static Messaging.Conversations.MessageState State(MessageState state) => (Messaging.Conversations.MessageState)state;

    public static Types.Settings Settings(Messaging.Settings settings) => new(
        settings.Name,
        settings.ReadReceipts,
        settings.Typing,
        Enum.TryParse<Privacy>(settings.Privacy, ignoreCase: true, out var privacy) ? privacy : Privacy.Open,
        Enum.TryParse<Relay>(settings.Relay, ignoreCase: true, out var relay) ? relay : Relay.Off,
        settings.RelayAsked,
        settings.Notifications,
        Enum.TryParse<Theme>(settings.Theme, ignoreCase: true, out var theme) ? theme : Theme.System,
        settings.Language,
        settings.Forwarding,
        settings.Paths.Forwarders,
        settings.Paths.HopDelay,
        settings.Paths.Loops,
        settings.Paths.Dummies);

    public static Messaging.Settings Apply(Messaging.Settings now, SettingsPatch patch)
    {
        return now with
        {
            Name = patch.Name ?? now.Name,
            ReadReceipts = patch.ReadReceipts ?? now.ReadReceipts,
            Typing = patch.Typing ?? now.Typing,
            Privacy = patch.Privacy is { } privacy ? Name(privacy) : now.Privacy,
            Relay = patch.Relay is { } relay ? Name(relay) : now.Relay,
            Notifications = patch.Notifications ?? now.Notifications,
            Theme = patch.Theme is { } theme ? Name(theme) : now.Theme,
            Language = patch.Language ?? now.Language,
            Forwarding = patch.Forwarding ?? now.Forwarding,
            Paths = new PathSettings(
                patch.Forwarders ?? now.Paths.Forwarders, patch.HopDelay ?? now.Paths.HopDelay, patch.CoverLoops ?? now.Paths.Loops, patch.CoverDummies ?? now.Paths.Dummies),
            // Whoever chooses has answered; whoever does not want to choose now says so.
            RelayAsked = patch.RelayAsked ?? (patch.Relay is not null || now.RelayAsked),
        };
    }

    /// <summary>The level of an exception; null for none.</summary>
    public static PrivacyLevel? Level(PrivacyException exception) => exception == PrivacyException.None ? null : (PrivacyLevel)(exception - 1);

    public static RouteKind Route(Route route) => route switch
    {
        Types.Route.Auto => RouteKind.Auto,
        Types.Route.Direct => RouteKind.Direct,
        Types.Route.Relay => RouteKind.Relay,
        Types.Route.Forward => RouteKind.Forward,
        Types.Route.Onion => RouteKind.Onion,
        Types.Route.Drop => RouteKind.Drop,
        _ => throw new ArgumentOutOfRangeException(nameof(route)),
    };

    private static Message Message(MessageView message, string contactName) => new(
        message.Id.ToString(),
        message.Contact.ToString(),
        message.FromMe ? "me" : contactName,
        message.FromMe,
        message.Text,
        message.SentAt,
        message.ReceivedAt,
        State(message.State),
        message.Route,
        message.Unread,
        message.EditedAt,
        message.Deleted,
        message.ReplyTo is { } reply ? new Reply(reply.Id.ToString(), reply.FromMe, reply.Text) : null,
        [.. message.Reactions.Select(r => new Reaction(r.FromMe, r.Emoji))],
        message.ExpiresAt,
        message.Missing,
        message.DisappearAfterSet,
        message.Forwarders,
        message.ThroughTor);

    private static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
