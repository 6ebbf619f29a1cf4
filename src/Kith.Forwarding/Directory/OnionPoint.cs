using Kith.Crypto;

namespace Kith.Forwarding.Directory;

/// <summary>Where an onion service is: the key that its address is made of (rend-spec-v3 section 6) and a port.</summary>
/// <param name="Key">The service's identity key.</param>
/// <param name="Port">Its port, never 0.</param>
public readonly record struct OnionPoint(Ed25519PublicKey Key, ushort Port)
{
    /// <summary>Bytes in a descriptor.</summary>
    public const int Size = 32 + 2;
}
