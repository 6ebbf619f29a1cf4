using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>What became of a bundle.</summary>
public enum BundleStatus
{
    /// <summary>A session was made and is the current one.</summary>
    Ok,

    /// <summary>The bundle is of another identity than expected.</summary>
    UntrustedIdentity,

    /// <summary>The signed prekey's signature is not the identity's.</summary>
    InvalidSignedPreKey,

    /// <summary>The Kyber prekey's signature is not the identity's.</summary>
    InvalidKyberPreKey,

    /// <summary>A key of the bundle has small order.</summary>
    InvalidKey,
}

/// <summary>Starts sessions from bundles.</summary>
public static class SessionBuilder
{
    /// <summary>
    /// Verifies a bundle and makes a session from it, the record's current one from now on; on anything but <see cref="BundleStatus.Ok"/> the record is unchanged.
    /// </summary>
    /// <param name="record">The record of the bundle's device.</param>
    /// <param name="own">Our identity.</param>
    /// <param name="ownRegistrationId">Our registration id, told to the other side.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="expectedIdentity">The identity that the bundle has to be of, when it is known.</param>
    /// <param name="random">Keys come from it.</param>
    /// <param name="now">Unix milliseconds.</param>
    public static BundleStatus ProcessBundle(SessionRecord record, IdentityKeyPair own, uint ownRegistrationId, PreKeyBundle bundle,
        X25519PublicKey? expectedIdentity, IRandom random, long now)
    {
        if (expectedIdentity is { } expected && expected != bundle.IdentityKey)
            return BundleStatus.UntrustedIdentity;
        if (!XEdDsa.Verify(bundle.IdentityKey, SerializedKey.ToArray(bundle.SignedPreKey), bundle.SignedPreKeySignature))
            return BundleStatus.InvalidSignedPreKey;
        if (!XEdDsa.Verify(bundle.IdentityKey, bundle.KyberPreKey.Serialized, bundle.KyberPreKeySignature))
            return BundleStatus.InvalidKyberPreKey;
        if (KeyAgreement.Initiate(own, ownRegistrationId, bundle, random, now) is not { } state)
            return BundleStatus.InvalidKey;
        record.Promote(state);
        return BundleStatus.Ok;
    }
}
