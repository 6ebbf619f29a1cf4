using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>What each of our messages has to carry until the other side has answered once (PQXDH §3.3).</summary>
/// <param name="PreKeyId">Their one-time prekey, if their bundle had one.</param>
/// <param name="SignedPreKeyId">Their signed prekey.</param>
/// <param name="KyberPreKeyId">Their Kyber prekey.</param>
/// <param name="BaseKey">Our ephemeral key of the agreement.</param>
/// <param name="KyberCiphertext">Serialised ciphertext for their Kyber prekey.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
internal sealed record PendingPreKey(
    uint? PreKeyId, uint SignedPreKeyId, uint KyberPreKeyId, X25519PublicKey BaseKey, byte[] KyberCiphertext, long CreatedAt);
