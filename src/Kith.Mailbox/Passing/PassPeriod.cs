namespace Kith.Mailbox.Passing;

/// <summary>A period of the order of those who pass on.</summary>
/// <param name="Index">Which one.</param>
/// <param name="Secret">What the order is drawn by, 32 bytes.</param>
public readonly record struct PassPeriod(long Index, ReadOnlyMemory<byte> Secret);
