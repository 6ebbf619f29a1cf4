using Kith.Crypto;
using Kith.Messaging.Accounts;

namespace Kith.Messaging.Tests.Accounts;

public sealed class DeviceListTests
{
    private readonly CountingRandom _random = new(4);

    [Fact]
    public void SignedList_ReadsBackAndNamesItsDevices()
    {
        using var keys = AccountKeys.Generate(_random, 5);
        var list = keys.SignDeviceList(7);
        Assert.True(DeviceList.TryRead(list.Encoded.Span, keys.Id, out var read));
        Assert.Equal(7UL, read.Version);
        Assert.Equal([keys.Device.ToEntry()], read.Devices);
        Assert.Equal(keys.Device.ToEntry(), read.Find(1));
        Assert.Null(read.Find(2));
    }

    [Fact]
    public void EightDevicesInAnyOrder_ComeOutSorted()
    {
        using var account = Ed25519PrivateKey.Generate(_random);
        var list = DeviceList.Sign(account, 1, [.. Enumerable.Range(1, 8).Reverse().Select(id => Entry((byte)id))]);
        Assert.True(DeviceList.TryRead(list.Encoded.Span, out var read));
        Assert.Equal(Enumerable.Range(1, 8), read.Devices.Select(device => (int)device.DeviceId));
        Assert.True(list.Encoded.Length <= DeviceList.MaxSize);
    }

    [Fact]
    public void NoneTooManyOrTwiceTheSame_IsNotSigned()
    {
        using var account = Ed25519PrivateKey.Generate(_random);
        Assert.Throws<ArgumentException>(() => DeviceList.Sign(account, 1, []));
        Assert.Throws<ArgumentException>(() => DeviceList.Sign(account, 1, [.. Enumerable.Range(1, 9).Select(id => Entry((byte)id))]));
        Assert.Throws<ArgumentException>(() => DeviceList.Sign(account, 1, [Entry(1), Entry(1)]));
        Assert.Throws<ArgumentException>(() => DeviceList.Sign(account, 1, [Entry(0)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => DeviceList.Sign(account, 0, [Entry(1)]));
    }

    [Fact]
    public void AnyChangedBit_Refused()
    {
        using var keys = AccountKeys.Generate(_random, 5);
        var bytes = keys.SignDeviceList(1).Encoded.ToArray();
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 1;
            Assert.False(DeviceList.TryRead(bytes, out _), $"byte {at}");
            bytes[at] ^= 1;
        }
    }

    [Fact]
    public void CutOrLonger_Refused()
    {
        using var keys = AccountKeys.Generate(_random, 5);
        var bytes = keys.SignDeviceList(1).Encoded.ToArray();
        for (var size = 0; size < bytes.Length; size++)
            Assert.False(DeviceList.TryRead(bytes.AsSpan(0, size), out _));
        Assert.False(DeviceList.TryRead([.. bytes, 0], out _));
    }

    [Fact]
    public void SignatureForAnotherPurpose_Refused()
    {
        using var account = Ed25519PrivateKey.Generate(_random);
        var bytes = DeviceList.Sign(account, 1, [Entry(1)]).Encoded.ToArray();
        account.Sign("kith-another-v1", bytes.AsSpan(..^Ed25519PublicKey.SignatureSize), bytes.AsSpan(^Ed25519PublicKey.SignatureSize..));
        Assert.False(DeviceList.TryRead(bytes, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void WrongDeviceCountRightlySigned_Refused(byte count)
    {
        using var account = Ed25519PrivateKey.Generate(_random);
        var one = DeviceList.Sign(account, 1, [Entry(1)]).Encoded.ToArray();
        const int CountAt = 1 + 32 + 1;
        byte[] body = [.. one.AsSpan(0, CountAt), count, .. Enumerable.Repeat(one.AsSpan((CountAt + 1)..^64).ToArray(), count).SelectMany((entry, i) => Renumber(entry, i + 1))];
        Assert.False(DeviceList.TryRead(Resign(account, body), out _));
    }

    [Fact]
    public void DevicesOutOfOrderOrTwice_RightlySigned_Refused()
    {
        using var account = Ed25519PrivateKey.Generate(_random);
        var one = DeviceList.Sign(account, 1, [Entry(1)]).Encoded.ToArray();
        const int CountAt = 1 + 32 + 1;
        var entry = one.AsSpan((CountAt + 1)..^64).ToArray();
        foreach (var (first, second, right) in new[] { (1, 2, true), (1, 1, false), (2, 1, false), (0, 1, false), (1, 128, false) })
        {
            byte[] body = [.. one.AsSpan(0, CountAt), 2, .. Renumber(entry, first), .. Renumber(entry, second)];
            Assert.Equal(right, DeviceList.TryRead(Resign(account, body), out _));
        }
    }

    [Fact]
    public void ListOfAnotherAccount_Refused()
    {
        using var keys = AccountKeys.Generate(_random, 5);
        using var other = AccountKeys.Generate(_random, 5);
        Assert.False(DeviceList.TryRead(keys.SignDeviceList(1).Encoded.Span, other.Id, out _));
        Assert.False(other.SignDeviceList(2).Supersedes(keys.SignDeviceList(1)));
    }

    [Fact]
    public void OnlyAHigherVersion_Supersedes()
    {
        using var keys = AccountKeys.Generate(_random, 5);
        var list = keys.SignDeviceList(2);
        Assert.True(keys.SignDeviceList(3).Supersedes(list));
        Assert.False(keys.SignDeviceList(2).Supersedes(list));
        Assert.False(keys.SignDeviceList(1).Supersedes(list));
    }

    private static byte[] Renumber(byte[] entry, int id) => [(byte)id, .. entry.AsSpan(1)];

    private static byte[] Resign(Ed25519PrivateKey account, byte[] body)
    {
        var signature = new byte[Ed25519PublicKey.SignatureSize];
        account.Sign(DeviceList.SignatureLabel, body, signature);
        return [.. body, .. signature];
    }

    private DeviceEntry Entry(byte id) => new(id, Key(), Key(), Key(), 5);

    private X25519PublicKey Key()
    {
        using var key = X25519PrivateKey.Generate(_random);
        return key.PublicKey;
    }
}
