namespace Kith.Crypto;

/// <summary>A key could not be derived because the machine does not give what the derivation takes. The message is for the user.</summary>
public sealed class KeyDerivationException(string message) : Exception(message);
