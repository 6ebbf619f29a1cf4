using Kith.Transport;

namespace Kith.Forwarding.Sending;

/// <summary>What a reply block of ours was made for.</summary>
/// <param name="Kind">What for.</param>
/// <param name="Handle">Of <see cref="ReplyKind.Stock"/>: the handle that it was left at.</param>
/// <param name="Number">Of <see cref="ReplyKind.Stock"/>: which one it is there; of <see cref="ReplyKind.Loop"/>: which loop.</param>
public sealed record ReplyUse(ReplyKind Kind, NodeHandle Handle, ulong Number)
{
    /// <summary>An acknowledgement.</summary>
    public static ReplyUse Acknowledgement { get; } = new(ReplyKind.Acknowledgement, default, 0);
}

/// <summary>What a reply block is for.</summary>
public enum ReplyKind
{
    /// <summary>Acknowledges a message.</summary>
    Acknowledgement,

    /// <summary>Brings what somebody left at a handle of ours.</summary>
    Stock,

    /// <summary>A packet that we sent to ourselves.</summary>
    Loop,
}
