using Kith.Crypto;

namespace Kith.Messaging.Accounts;

/// <summary>What a device list says about one device.</summary>
/// <param name="DeviceId">1 to <see cref="DeviceList.MaxDeviceId"/>.</param>
/// <param name="IdentityKey">Its Signal identity key.</param>
/// <param name="TransportKey">Its Noise static key.</param>
/// <param name="EnvelopeKey">The key that anonymous envelopes for it are sealed to.</param>
/// <param name="CreatedAt">Unix milliseconds by the owner's clock.</param>
public sealed record DeviceEntry(byte DeviceId, X25519PublicKey IdentityKey, X25519PublicKey TransportKey, X25519PublicKey EnvelopeKey, long CreatedAt);
