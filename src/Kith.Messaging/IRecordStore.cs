namespace Kith.Messaging;

/// <summary>What a small record is. The numbers are stored: never reuse one.</summary>
public enum RecordKind
{
    /// <summary>The account, its device, its secret keys (one record, empty key).</summary>
    Account = 1,

    /// <summary>A contact or request, by account id.</summary>
    Contact = 2,

    /// <summary>A Signal session record, by account id.</summary>
    Session = 3,

    /// <summary>One-time prekeys, by 4-byte id.</summary>
    PreKey = 4,

    /// <summary>Signed prekeys, by 4-byte id.</summary>
    SignedPreKey = 5,

    /// <summary>Kyber prekeys, by 4-byte id.</summary>
    KyberPreKey = 6,

    /// <summary>Invites that links carry, by invite id.</summary>
    Invite = 7,

    /// <summary>The user's settings (one record, empty key).</summary>
    Settings = 8,

    /// <summary>State of a conversation (heads, draft, counters), by account id.</summary>
    Conversation = 9,

    /// <summary>Edits, deletions and reactions whose message has not come yet, by account id, message id and change id.</summary>
    PendingChange = 10,

    /// <summary>When a box was last read to the end, by the first 16 bytes of the SHA-256 of its secret.</summary>
    BoxRead = 11,

    /// <summary>Guards and handles at meeting points, kept over a restart by the node (one record, empty key).</summary>
    Forwarding = 12,

    /// <summary>Who sees our address where requests about boxes go through several, kept over a restart by the node (one record, empty key).</summary>
    DropGuards = 13,
}

/// <summary>Small records, encrypted at rest, keys included. Called by the node loop alone, inside its open transaction.</summary>
public interface IRecordStore
{
    /// <summary>The record's bytes, or null.</summary>
    byte[]? Get(RecordKind kind, ReadOnlySpan<byte> key);

    /// <summary>Writes or replaces a record.</summary>
    void Put(RecordKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Removes a record; false when it was not there.</summary>
    bool Remove(RecordKind kind, ReadOnlySpan<byte> key);

    /// <summary>All records of a kind, in no particular order.</summary>
    IReadOnlyList<(byte[] Key, byte[] Value)> All(RecordKind kind);
}
