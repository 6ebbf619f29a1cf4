using Kith.Messaging.Signal;
using Kith.Wire;

namespace Kith.Messaging.Accounts;

/// <summary>This person's keys, read from the vault or drawn for a new home.</summary>
internal sealed class AccountBook
{
    /// <summary>There is one device, so one version, for now.</summary>
    private const ulong DeviceListVersion = 1;

    private AccountBook(AccountKeys keys)
    {
        Keys = keys;
        Identity = new IdentityKeyPair(keys.Device.Identity);
        Devices = keys.SignDeviceList(DeviceListVersion);
    }

    public AccountKeys Keys { get; }

    public AccountId Id => Keys.Id;

    /// <summary>The device's identity as the Signal protocol takes it.</summary>
    public IdentityKeyPair Identity { get; }

    /// <summary>Our own list, signed.</summary>
    public DeviceList Devices { get; }

    /// <summary>Whether a home has an account already.</summary>
    public static bool Exists(Surroundings around) => around.Records.Get(RecordKind.Account, []) is not null;

    /// <summary>Reads the account, or makes and stores a new one.</summary>
    /// <exception cref="InvalidDataException">The record is damaged: a vault that opened does not hold such a one.</exception>
    public static AccountBook Open(Surroundings around)
    {
        if (around.Records.Get(RecordKind.Account, []) is { } stored)
        {
            return AccountKeys.TryRead(stored, out var known)
                ? new AccountBook(known)
                : throw new InvalidDataException("The account's record in the vault is damaged.");
        }

        var keys = AccountKeys.Generate(around.Random, around.Now);
        using var writer = new WireWriter();
        keys.Write(writer);
        around.Records.Put(RecordKind.Account, [], writer.WrittenSpan);
        return new AccountBook(keys);
    }
}
