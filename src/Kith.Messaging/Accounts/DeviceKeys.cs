using Kith.Crypto;

namespace Kith.Messaging.Accounts;

/// <summary>The secret keys of one device: each has one use, and none is derived from another or from the account key (docs/protocol/account.md).</summary>
public sealed class DeviceKeys : IDisposable
{
    /// <summary>The first device's id; there is one device per account for now.</summary>
    public const byte FirstDeviceId = 1;

    /// <summary>Greatest registration id: Signal's are 1 to 16380 (14 bits, the last values kept back).</summary>
    public const int MaxRegistrationId = 16380;

    internal DeviceKeys(byte deviceId, ushort registrationId, X25519PrivateKey identity, X25519PrivateKey transport, X25519PrivateKey envelope, long createdAt)
    {
        DeviceId = deviceId;
        RegistrationId = registrationId;
        Identity = identity;
        Transport = transport;
        Envelope = envelope;
        CreatedAt = createdAt;
    }

    /// <summary>1 to 127.</summary>
    public byte DeviceId { get; }

    /// <summary>Signal's registration id, 1 to <see cref="MaxRegistrationId"/>: tells an account made anew from the old one.</summary>
    public ushort RegistrationId { get; }

    /// <summary>The Signal identity key.</summary>
    public X25519PrivateKey Identity { get; }

    /// <summary>The Noise static key of sessions.</summary>
    public X25519PrivateKey Transport { get; }

    /// <summary>The key that anonymous envelopes are sealed to.</summary>
    public X25519PrivateKey Envelope { get; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; }

    /// <summary>What the device list says about this device.</summary>
    public DeviceEntry ToEntry() => new(DeviceId, Identity.PublicKey, Transport.PublicKey, Envelope.PublicKey, CreatedAt);

    /// <summary>Draws fresh keys.</summary>
    internal static DeviceKeys Generate(IRandom random, byte deviceId, long now) => new(
        deviceId,
        (ushort)(random.NextInt32(MaxRegistrationId) + 1),
        X25519PrivateKey.Generate(random),
        X25519PrivateKey.Generate(random),
        X25519PrivateKey.Generate(random),
        now);

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        Identity.Dispose();
        Transport.Dispose();
        Envelope.Dispose();
    }
}
