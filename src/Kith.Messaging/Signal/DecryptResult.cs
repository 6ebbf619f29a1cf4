using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>What became of a ciphertext.</summary>
public enum DecryptStatus
{
    /// <summary>Opened; the session has advanced.</summary>
    Ok,

    /// <summary>Opened before (or its key is older than the keys kept).</summary>
    Duplicate,

    /// <summary>Malformed, or not decryptable though its MAC holds.</summary>
    InvalidMessage,

    /// <summary>Of no session that we have, or altered.</summary>
    InvalidMac,

    /// <summary>There is no session with the sender at all.</summary>
    NoSession,

    /// <summary>From another identity than expected.</summary>
    UntrustedIdentity,

    /// <summary>It names a prekey of ours that is not there (any more).</summary>
    UnknownPreKey,

    /// <summary>Message version 3 or older, without the post-quantum exchange.</summary>
    LegacyVersion,

    /// <summary>A newer message version than 4.</summary>
    UnknownVersion,

    /// <summary>More than <see cref="ReceiverChain.MaxForwardJumps"/> messages ahead of the last one.</summary>
    TooFarAhead,
}

/// <summary>The prekeys of ours with which a first message made a session: the one-time ones have served.</summary>
/// <param name="PreKeyId">The one-time prekey, if one was used: delete it.</param>
/// <param name="SignedPreKeyId">The signed prekey; it stays.</param>
/// <param name="KyberPreKeyId">The Kyber prekey: delete it unless it is the last resort.</param>
/// <param name="RemoteRegistrationId">The sender's registration id.</param>
public sealed record NewSession(uint? PreKeyId, uint SignedPreKeyId, uint KyberPreKeyId, uint RemoteRegistrationId);

/// <summary>What became of a ciphertext, and what the caller has to record when it was opened.</summary>
/// <param name="Status">On anything but <see cref="DecryptStatus.Ok"/> the session record is unchanged.</param>
/// <param name="RemoteIdentity">Whose message it was, when it was opened.</param>
/// <param name="NewSession">Not null when this message made a session.</param>
public readonly record struct DecryptResult(DecryptStatus Status, X25519PublicKey RemoteIdentity, NewSession? NewSession);
