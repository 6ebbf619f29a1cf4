namespace Kith.Transport.Tor;

/// <summary>Why Tor could not go by some bridges.</summary>
/// <param name="Index">Which of them it is, from 0; null where it is none of them alone.</param>
/// <param name="Problem">What is wrong, in words.</param>
public sealed record BridgeFault(int? Index, string Problem);
