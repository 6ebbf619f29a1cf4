namespace Kith.Transport;

/// <summary>How a session ended.</summary>
/// <param name="Code">The code, on the wire or of the local kind.</param>
/// <param name="ByRemote">True when the other node said so.</param>
/// <param name="Reason">A few words for a log; never content, keys or names. Text of the other node is bounded but otherwise whatever it sent.</param>
public sealed record SessionClose(SessionErrorCode Code, bool ByRemote, string Reason);
