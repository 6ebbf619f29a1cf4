using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Accounts;

/// <summary>All secret keys of this node: the account's and its device's. Kept as one record of the vault (docs/protocol/account.md).</summary>
public sealed class AccountKeys : IDisposable
{
    private const byte RecordVersion = 1;

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

    /// <summary>Zeroes all keys.</summary>
    public void Dispose()
    {
        Account.Dispose();
        Device.Dispose();
    }
}
