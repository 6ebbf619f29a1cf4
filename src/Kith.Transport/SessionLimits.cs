namespace Kith.Transport;

/// <summary>The limits of a session; docs/protocol/session.md lists them. "Specification": both sides rely on it. "Implementation": ours to choose.</summary>
public static class SessionLimits
{
    // Specification.

    /// <summary>The most plaintext in a record, bytes.</summary>
    public const int MaxRecordPlaintext = 16 * 1024;

    /// <summary>A record's length prefix, bytes.</summary>
    public const int RecordPrefixSize = 2;

    /// <summary>The authentication tag at a record's end, bytes.</summary>
    public const int RecordTagSize = 16;

    /// <summary>The longest record after its prefix, bytes.</summary>
    public const int MaxRecordCiphertext = MaxRecordPlaintext + RecordTagSize;

    /// <summary>Records in one direction under one key; then that direction is rekeyed.</summary>
    public const ulong RekeyInterval = 1UL << 20;

    /// <summary>The largest datagram, bytes: fits one UDP packet of 1200 bytes with everything around it.</summary>
    public const int MaxDatagramSize = 1152;

    /// <summary>The longest reason in a CLOSE frame, bytes of UTF-8.</summary>
    public const int MaxCloseReason = 256;

    /// <summary>A PING goes out this often.</summary>
    public static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(15);

    /// <summary>A session on which no complete record arrived for this long is dead. It also bounds a write that makes no progress.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(45);

    // Implementation.

    /// <summary>What a stream's sender may have unconsumed at the receiver, bytes.</summary>
    public const int StreamWindow = 512 * 1024;

    /// <summary>What all streams together may have unconsumed at the receiver, bytes.</summary>
    public const int SessionWindow = 1024 * 1024;

    /// <summary>Streams that the other node may have open at once.</summary>
    public const int MaxStreams = 64;

    /// <summary>What may wait unsent in one stream before <c>FlushAsync</c> waits, bytes.</summary>
    public const int SendBuffer = 256 * 1024;

    /// <summary>Datagrams that may wait in each direction; further ones are dropped.</summary>
    public const int MaxQueuedDatagrams = 64;

    /// <summary>A session being closed has this long to send what is buffered, say so, and see the other side's end.</summary>
    public static readonly TimeSpan CloseLinger = TimeSpan.FromSeconds(2);
}
