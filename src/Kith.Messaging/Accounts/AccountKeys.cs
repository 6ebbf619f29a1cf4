using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Accounts;

/// <summary>All secret keys of this node: the account's and its device's. Kept as one record of the vault (docs/protocol/account.md).</summary>
public sealed class AccountKeys : IDisposable
{
    private const byte RecordVersion = 1;

    private static ReadOnlySpan<byte> OnionLabel => "kith-onion-service-v1\0"u8;

    private static ReadOnlySpan<byte> OnionContactsLabel => "kith-onion-contacts-v1\0"u8;

    private static ReadOnlySpan<byte> OnionClientLabel => "kith-onion-client-v1\0"u8;

    private AccountKeys(Ed25519PrivateKey account, DeviceKeys device)
    {
        Account = account;
        Device = device;
        Id = AccountId.FromBytes(account.PublicKey.ToArray());
    }

    /// <summary>The account key: signs device lists, and the records and knocks that tell where we are; each under its own label.</summary>
    public Ed25519PrivateKey Account { get; }

    /// <summary>This device.</summary>
    public DeviceKeys Device { get; }

    /// <summary>The account's id: its public key.</summary>
    public AccountId Id { get; }

    /// <summary>A new account with its first device.</summary>
    /// <param name="random">Where keys come from.</param>
    /// <param name="now">Unix milliseconds: when the device was made.</param>
    public static AccountKeys Generate(IRandom random, long now) =>
        new(Ed25519PrivateKey.Generate(random), DeviceKeys.Generate(random, DeviceKeys.FirstDeviceId, now));

    /// <summary>The account's device list in a version, signed.</summary>
    public DeviceList SignDeviceList(ulong version) => DeviceList.Sign(Account, version, [Device.ToEntry()]);

    /// <summary>
    /// The key of the onion service that this device's links name (docs/protocol/account.md): derived, so that it is the same after a backup was restored, and one way, so that its address tells nothing of the
    /// account. The caller's, to be erased.
    /// </summary>
    public Ed25519PrivateKey DeriveOnionKey()
    {
        Span<byte> info = stackalloc byte[OnionLabel.Length + 1];
        OnionLabel.CopyTo(info);
        info[^1] = Device.DeviceId;
        return DeriveSigningKey(info);
    }

    /// <summary>The key of one of the onion services where this device's contacts reach it, derived likewise. The caller's, to be erased.</summary>
    /// <param name="number">Which, from 0 to 255.</param>
    public Ed25519PrivateKey DeriveOnionKey(int number)
    {
        Span<byte> info = stackalloc byte[OnionContactsLabel.Length + 2];
        OnionContactsLabel.CopyTo(info);
        info[^2] = Device.DeviceId;
        info[^1] = checked((byte)number);
        return DeriveSigningKey(info);
    }

    /// <summary>The key by which a contact is let into this device's onion services: for them alone, and always the same for them. The caller's, to be erased.</summary>
    public X25519PrivateKey DeriveOnionClientKey(AccountId contact)
    {
        Span<byte> info = stackalloc byte[OnionClientLabel.Length + 1 + AccountId.Size];
        OnionClientLabel.CopyTo(info);
        info[OnionClientLabel.Length] = Device.DeviceId;
        contact.CopyTo(info[(OnionClientLabel.Length + 1)..]);
        Span<byte> key = stackalloc byte[X25519PrivateKey.Size];
        Hkdf.DeriveKey(Account.Seed, [], info, key);
        try
        {
            return X25519PrivateKey.FromBytes(key);
        }
        finally
        {
            key.Clear();
        }
    }

    /// <summary>Writes the record: secret, for the vault alone.</summary>
    public void Write(WireWriter writer)
    {
        writer.WriteByte(RecordVersion);
        writer.WriteBytes(Account.Seed);
        writer.WriteByte(Device.DeviceId);
        writer.WriteUInt16(Device.RegistrationId);
        writer.WriteBytes(Device.Identity.Value);
        writer.WriteBytes(Device.Transport.Value);
        writer.WriteBytes(Device.Envelope.Value);
        writer.WriteUInt64((ulong)Device.CreatedAt);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; false for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, [NotNullWhen(true)] out AccountKeys? keys)
    {
        keys = null;
        var reader = new WireReader(record);
        if (!reader.TryReadByte(out var version) || version != RecordVersion
            || !reader.TryReadBytes(Ed25519PrivateKey.SeedSize, out var seed)
            || !reader.TryReadByte(out var deviceId) || deviceId is 0 or > DeviceList.MaxDeviceId
            || !reader.TryReadUInt16(out var registrationId) || registrationId is 0 or > DeviceKeys.MaxRegistrationId
            || !reader.TryReadBytes(X25519PrivateKey.Size, out var identity)
            || !reader.TryReadBytes(X25519PrivateKey.Size, out var transport)
            || !reader.TryReadBytes(X25519PrivateKey.Size, out var envelope)
            || !reader.TryReadUInt64(out var createdAt) || createdAt > long.MaxValue
            || !reader.IsAtEnd)
            return false;
        keys = new AccountKeys(
            Ed25519PrivateKey.FromSeed(seed),
            new DeviceKeys(
                deviceId,
                registrationId,
                X25519PrivateKey.FromBytes(identity),
                X25519PrivateKey.FromBytes(transport),
                X25519PrivateKey.FromBytes(envelope),
                (long)createdAt));
        return true;
    }

    private Ed25519PrivateKey DeriveSigningKey(ReadOnlySpan<byte> info)
    {
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedSize];
        Hkdf.DeriveKey(Account.Seed, [], info, seed);
        try
        {
            return Ed25519PrivateKey.FromSeed(seed);
        }
        finally
        {
            seed.Clear();
        }
    }

    /// <summary>Zeroes all keys.</summary>
    public void Dispose()
    {
        Account.Dispose();
        Device.Dispose();
    }
}
