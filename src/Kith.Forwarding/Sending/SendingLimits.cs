namespace Kith.Forwarding.Sending;

/// <summary>The limits of sending through forwarders (docs/protocol/paths.md, "Sending"); times are milliseconds.</summary>
public static class SendingLimits
{
    // Specification.

    /// <summary>Packets that one message is cut into, at most.</summary>
    public const int MaxPieces = 512;

    /// <summary>The longest envelope, bytes.</summary>
    public const int MaxEnvelope = 136 * 1024;

    /// <summary>Paths that a message takes at once.</summary>
    public const int PathsAtOnce = 2;

    // Implementation.

    /// <summary>Paths that each further attempt takes at once.</summary>
    public const int PathsOfRetry = 3;

    /// <summary>With more messages than this under way a further attempt takes one path: what is late then is late from load, which more packets would add to.</summary>
    public const int ManyUnderWay = 64;

    /// <summary>After so many attempts the pauses begin to double.</summary>
    public const int EvenAttempts = 5;

    /// <summary>An answer is waited for at least so long.</summary>
    public const long MinPatience = 300;

    /// <summary>While no answer was measured.</summary>
    public const long FirstPatience = 1_500;

    /// <summary>At most so long: then there is another attempt on new paths.</summary>
    public const long MaxPatience = 10_000;

    /// <summary>The pause before each further attempt grows to this at most.</summary>
    public const long LastPause = 60_000;

    /// <summary>Handles at which messages were lost one after the other, that are remembered.</summary>
    public const int MaxLostAt = 1_024;

    /// <summary>Attempts; then it is said that this way does not work.</summary>
    public const int MaxAttempts = 10;

    /// <summary>A message that could not be sent at all, since nobody is known to send it through, looks again after this.</summary>
    public const long NoPathPause = 500;

    /// <summary>An answer that comes later than this says nothing.</summary>
    public const long ReplyLifetime = 120_000;

    /// <summary>A reply block is forgotten after this: the keys that it is for are gone by then.</summary>
    public const long BlockLifetime = 48L * 60 * 60_000;

    /// <summary>So long without a path, however often one was looked for, and this way is given up.</summary>
    public const long MaxFruitless = 60_000;

    /// <summary>Messages under way to one contact; more are not taken.</summary>
    public const int MaxMessagesOfPeer = 256;

    /// <summary>Messages under way in all.</summary>
    public const int MaxMessages = 4_096;

    /// <summary>Bytes of their envelopes; a single larger one is taken.</summary>
    public const long MaxBytes = 32L << 20;

    /// <summary>Packets that wait to leave; then no message is taken.</summary>
    public const int MaxQueued = 8_192;

    /// <summary>Packets that leave in one burst.</summary>
    public const int Burst = 64;

    /// <summary>Packets that leave in a second after that: what a line and its first forwarders' queues carry.</summary>
    public const int PerSecond = 2_000;

    /// <summary>Pieces of a long message that go over one pair of paths; the next ones go over another.</summary>
    public const int PiecesOnPath = 16;
}
