using System.Text.Json.Serialization;

namespace Kith.Node.Api.Types;

/// <summary>A link to make.</summary>
/// <param name="Uses">How many people may use it; 0 makes a public link, whose users become requests.</param>
/// <param name="Expires">How long it lives in milliseconds; 0 for ever.</param>
/// <param name="Price">Bits of work that a public one asks of each who writes while its maker is away; null: some seconds of one core.</param>
public sealed record NewLink(int Uses = 1, long Expires = 604_800_000, int? Price = null);

/// <summary>A contact link.</summary>
/// <param name="Text">The text to hand over: <c>kith:…</c>.</param>
/// <param name="Expires">When it ends, or null for never.</param>
/// <param name="UsesLeft">How many people can still use it; 0 when it is public.</param>
/// <param name="Public">Whether anybody may use it, as a request.</param>
/// <param name="Qr">The link as a QR code, SVG.</param>
/// <param name="Price">Bits of work that a public one asks of each who writes while its maker is away; 0 for nothing.</param>
public sealed record Link(string Id, [property: JsonPropertyName("link")] string Text, long? Expires, int UsesLeft, bool Public, string Qr, int Price);

/// <summary>All links that can still be used.</summary>
public sealed record LinkList(IReadOnlyList<Link> Links);

/// <summary>A contact to add by a link.</summary>
/// <param name="Name">Our name for them; theirs when null.</param>
/// <param name="Timeout">How long to wait until they know, in milliseconds.</param>
/// <param name="PrivacyException">An exception from the privacy setting, from the first word on.</param>
public sealed record NewContact(string Link, string? Name = null, int Timeout = 0, PrivacyException PrivacyException = PrivacyException.None);

/// <summary>A contact with the state of the conversation.</summary>
/// <param name="Id">The account id.</param>
/// <param name="Name">Our name for them.</param>
/// <param name="ProfileName">Their own name, once known.</param>
/// <param name="Reason">Why the state is what it is, when there is something to say.</param>
/// <param name="Verified">Whether the safety number was compared.</param>
/// <param name="DisappearAfter">How long messages live after they were seen, in milliseconds; 0 for ever.</param>
/// <param name="Path">Which way the session with them goes; null when there is none.</param>
/// <param name="Privacy">The privacy setting towards them.</param>
/// <param name="PrivacyException">What they are an exception to; it has no effect while the setting itself is <c>onion</c>.</param>
/// <param name="CanFindUs">False when the find secrets issued last left them out: they find us no more once we have moved.</param>
public sealed record Contact(
    [property: JsonPropertyName("contact")] string Id,
    string Name,
    string? ProfileName,
    ContactState State,
    string? Reason,
    bool Verified,
    bool Muted,
    bool Online,
    bool Typing,
    long AddedAt,
    int Unread,
    Message? LastMessage,
    string Draft,
    long DisappearAfter,
    bool CanFindUs,
    Way? Path,
    Privacy Privacy,
    PrivacyException PrivacyException);

/// <summary>All contacts, most recent conversation first.</summary>
public sealed record ContactList(IReadOnlyList<Contact> Contacts);

/// <summary>What to change of a contact; what is left out stays.</summary>
public sealed record ContactPatch(string? Name = null, bool? Muted = null, bool? Blocked = null, long? DisappearAfter = null, string? Draft = null, PrivacyException? PrivacyException = null);

/// <summary>The number to compare: 60 digits in groups of five.</summary>
public sealed record SafetyNumber(string Contact, [property: JsonPropertyName("safetyNumber")] string Number, bool Verified);

/// <summary>Whether the safety number was compared and is right.</summary>
public sealed record Verification(bool Verified);
