namespace Kith.Delivery.Privacy;

/// <summary>What of a person's place in the network others may learn. The names are those of the command line and the API, in lower case.</summary>
public enum PrivacyLevel
{
    /// <summary>Contacts learn the address.</summary>
    Open = 0,

    /// <summary>Only through forwarders: neither contacts nor any single forwarder learn the address.</summary>
    Veiled = 1,

    /// <summary>Only through Tor.</summary>
    Onion = 2,
}
