namespace Kith.Messaging.Contacts;

/// <summary>Where a contact stands: the public states, and two that nobody sees. The numbers are stored.</summary>
internal enum ContactStage
{
    Connecting = ContactState.Connecting,
    Request = ContactState.Request,
    Connected = ContactState.Connected,
    Refused = ContactState.Refused,
    Blocked = ContactState.Blocked,

    /// <summary>Showed a valid invite for a bundle; its request has not come yet.</summary>
    Admitted = 6,

    /// <summary>Refused by us, and kept only until they know.</summary>
    Dismissed = 7,
}
