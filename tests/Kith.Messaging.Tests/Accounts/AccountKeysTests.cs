using Kith.Messaging.Accounts;
using Kith.Wire;

namespace Kith.Messaging.Tests.Accounts;

public sealed class AccountKeysTests
{
    private const long Now = 1_700_000_000_000;

    [Fact]
    public void WrittenKeys_ReadBack()
    {
        using var keys = AccountKeys.Generate(new CountingRandom(1), Now);
        Assert.True(AccountKeys.TryRead(Record(keys), out var read));
        Assert.Equal(keys.Id, read.Id);
        Assert.Equal(keys.Device.ToEntry(), read.Device.ToEntry());
        Assert.Equal(keys.Device.RegistrationId, read.Device.RegistrationId);
        Assert.Equal(keys.SignDeviceList(3).Encoded.ToArray(), read.SignDeviceList(3).Encoded.ToArray());
    }

    [Fact]
    public void GeneratedKeys_AreAllDifferent()
    {
        using var keys = AccountKeys.Generate(new CountingRandom(2), Now);
        byte[][] all = [keys.Account.Seed.ToArray(), keys.Device.Identity.Value.ToArray(), keys.Device.Transport.Value.ToArray(), keys.Device.Envelope.Value.ToArray()];
        Assert.Equal(all.Length, all.Select(Convert.ToHexString).Distinct().Count());
        Assert.InRange(keys.Device.RegistrationId, 1, DeviceKeys.MaxRegistrationId);
    }

    [Fact]
    public void CutLongerOrForeignRecord_Refused()
    {
        using var keys = AccountKeys.Generate(new CountingRandom(3), Now);
        var record = Record(keys);
        for (var size = 0; size < record.Length; size++)
            Assert.False(AccountKeys.TryRead(record.AsSpan(0, size), out _));
        Assert.False(AccountKeys.TryRead([.. record, 0], out _));
        record[0] = 2;
        Assert.False(AccountKeys.TryRead(record, out _));
    }

    private static byte[] Record(AccountKeys keys)
    {
        using var writer = new WireWriter();
        keys.Write(writer);
        return writer.ToArray();
    }
}
