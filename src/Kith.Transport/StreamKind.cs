namespace Kith.Transport;

/// <summary>What a stream is for: a number that the room above gives it. The session carries it to the other side and reads nothing into it.</summary>
/// <param name="Value">The number on the wire.</param>
public readonly record struct StreamKind(ushort Value);
