namespace Kith.Messaging.Content;

/// <summary>The limits of contents (specification: both sides enforce them; docs/protocol/messaging.md).</summary>
internal static class ContentLimits
{
    /// <summary>Bytes of UTF-8 in a text.</summary>
    public const int MaxText = 64 * 1024;

    /// <summary>Bytes of a whole content.</summary>
    public const int MaxContent = 128 * 1024;

    /// <summary>Parents that a content names.</summary>
    public const int MaxParents = 16;

    /// <summary>Bytes of UTF-8 in a reaction.</summary>
    public const int MaxEmoji = 32;

    /// <summary>Ids in one receipt.</summary>
    public const int MaxReceiptIds = 1024;

    /// <summary>Bytes of UTF-8 in a name.</summary>
    public const int MaxName = Contacts.ContactName.MaxBytes;

    /// <summary>Addresses that a contact tells.</summary>
    public const int MaxAddresses = 24;

    /// <summary>Of these, meeting points of forwarded packets.</summary>
    public const int MaxMeetings = 6;

    /// <summary>Bytes in one address.</summary>
    public const int MaxAddress = Contacts.LinkAddress.MaxMeetingSize;

    /// <summary>Bytes in a secret, an invite id or a proof: more is refused before they are looked at.</summary>
    public const int MaxSecret = 64;

    /// <summary>Heads told to somebody who begins anew.</summary>
    public const int MaxKnownHeads = 32;

    /// <summary>The longest time that messages may live after they were seen: four weeks, milliseconds.</summary>
    public const long MaxDisappearAfter = 28L * 24 * 60 * 60 * 1000;

    /// <summary>The highest number of a find secret: far beyond any clock in milliseconds, and far from the end of the type.</summary>
    public const long MaxFindNumber = 1L << 53;
}
