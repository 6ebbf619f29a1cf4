using Kith.Crypto;
using Kith.Forwarding.Sphinx;
using Kith.Transport;

namespace Kith.Forwarding.Sending;

/// <summary>One path that a message, or a stretch of a long one, was sent over, and the reply block that went with it.</summary>
/// <param name="message">The message.</param>
/// <param name="sentAt">When its packets were made.</param>
/// <param name="path">Everybody on it, there and back.</param>
/// <param name="point">Where it ends.</param>
/// <param name="reply">The reply block; null where it carries no first piece.</param>
internal sealed class Attempt(OutgoingMessage message, long sentAt, IReadOnlyList<X25519PublicKey> path, NodeHandle point, ReplyId? reply)
{
    public OutgoingMessage Message { get; } = message;

    public long SentAt { get; } = sentAt;

    public IReadOnlyList<X25519PublicKey> Path { get; } = path;

    public NodeHandle Point { get; } = point;

    public ReplyId? Reply { get; } = reply;

    /// <summary>Whether its answer has come.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Whether it was counted as lost.</summary>
    public bool IsDoubted { get; set; }
}
