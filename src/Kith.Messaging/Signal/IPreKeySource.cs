using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Crypto.Kem;

namespace Kith.Messaging.Signal;

/// <summary>
/// Our own prekeys, looked up while a first message is opened. The keys stay the source's: nobody here disposes them. Which one-time keys a
/// message used up is in <see cref="DecryptResult.NewSession"/>; the caller deletes them in the transaction that stores the session.
/// </summary>
public interface IPreKeySource
{
    /// <summary>The one-time prekey with this id, unless it was used or never was.</summary>
    bool TryGetPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key);

    /// <summary>The signed prekey with this id, current or recent.</summary>
    bool TryGetSignedPreKey(uint id, [NotNullWhen(true)] out X25519PrivateKey? key);

    /// <summary>The Kyber prekey with this id: a one-time one or the last resort.</summary>
    bool TryGetKyberPreKey(uint id, [NotNullWhen(true)] out KyberKeyPair? key);
}
