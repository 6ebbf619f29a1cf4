using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Boxes;

public sealed class BoxKeysTests
{
    [Fact]
    public void BothEndsOfAPair_HaveOneBox()
    {
        using var writer = BoxKeys.ForWriter(Rows.Writable(), 5)!;
        using var reader = BoxKeys.ForReader(Rows.Readable(), 5);
        Assert.Equal(writer.Address, reader.Address);
        Assert.NotNull(writer.Read);
        Assert.Equal(writer.ChunkKey, reader.ChunkKey);
    }

    [Fact]
    public void AnotherPeriodSecretOrPrice_IsAnotherBox()
    {
        using var here = Rows.Keys(index: 5);
        using var next = Rows.Keys(index: 6);
        using var other = Rows.Keys(2, 5);
        Assert.Equal(3, new[] { here.Address, next.Address, other.Address }.Distinct().Count());
        Assert.NotEqual(here.Address, new PublicBox(here.Box.Write, here.Box.Read, 1).Address);
    }

    [Fact]
    public void WriterOfARequestBox_WritesAndCannotRead()
    {
        var readSecret = Rows.Secret(90);
        var row = Rows.Readable() with { ReadSecret = readSecret, Price = 4 };
        var published = new Dictionary<long, Ed25519PublicKey> { [7] = BoxKeys.ReadKeyOf(readSecret, 7) };
        var toWrite = Rows.Writable() with { ReadKeys = published, Price = 4 };
        using var writer = BoxKeys.ForWriter(toWrite, 7)!;
        using var reader = BoxKeys.ForReader(row, 7);
        Assert.Equal(reader.Address, writer.Address);
        Assert.Null(writer.Read);
        Assert.Null(BoxKeys.ForWriter(toWrite, 8));
    }

    // The document's formulas, written once more with nothing but the BCL.
    [Fact]
    public void Keys_AreThoseOfTheDocument()
    {
        var secret = Rows.Secret(1);
        byte[] info = [.. Encoding.ASCII.GetBytes("kith-box-period-v1"), 0, 0, 0, 0, 0, 0, 0, 0, 9];
        var seeds = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.Bytes.ToArray(), 96, [], info);
        using var w = Ed25519PrivateKey.FromSeed(seeds.AsSpan(0, 32));
        using var r = Ed25519PrivateKey.FromSeed(seeds.AsSpan(32, 32));
        var address = SHA256.HashData([.. Encoding.ASCII.GetBytes("kith-box-v1"), 0, .. w.PublicKey.ToArray(), .. r.PublicKey.ToArray(), 0]);
        using var keys = Rows.Keys(index: 9);
        Assert.Equal(address, keys.Address.ToArray());
        Assert.Equal(seeds[64..], keys.ChunkKey.ToArray());
        Assert.Equal(r.PublicKey, keys.Read!.PublicKey);
    }

    [Fact]
    public void Schedule_IsThatOfTheDocument()
    {
        var secret = Rows.Secret(1);
        var offset = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.Bytes.ToArray(), 8, [], [.. Encoding.ASCII.GetBytes("kith-box-offset-v1"), 0]);
        const long Day = 86_400_000;
        var expected = (Rows.Now + (long)(BinaryPrimitives.ReadUInt64BigEndian(offset) % Day)) / Day;
        var schedule = new BoxSchedule(secret, WritableBox.PairPeriod);
        Assert.Equal(expected, schedule.IndexAt(Rows.Now));
        Assert.Equal(expected, schedule.IndexAt(schedule.StartOf(expected)));
        Assert.Equal(expected - 1, schedule.IndexAt(schedule.StartOf(expected) - 1));
    }

    [Fact]
    public void Places_DifferByAddressAndByPortWhereItCounts()
    {
        var one = Endpoint.FromIPv4(0x7F00_0001, 1000);
        Assert.Equal(HolderPlace.Of(one, false), HolderPlace.Of(one.WithPort(2), false));
        Assert.NotEqual(HolderPlace.Of(one, true), HolderPlace.Of(one.WithPort(2), true));
        var six = Endpoint.FromIPv6(0x2001_0DB8_0000_0001, 5, 1);
        Assert.Equal(HolderPlace.Of(six, false), HolderPlace.Of(Endpoint.FromIPv6(0x2001_0DB8_0000_0001, 6, 1), false));
    }

    [Fact]
    public void Distance_IsByXor()
    {
        var from = BoxAddress.FromBytes(new byte[32]);
        byte[] near = new byte[32], far = new byte[32];
        near[31] = 200;
        far[0] = 1;
        Assert.True(from.CompareDistance(BoxAddress.FromBytes(near), BoxAddress.FromBytes(far)) < 0);
        Assert.True(BoxAddress.FromBytes(far).CompareDistance(BoxAddress.FromBytes(near), BoxAddress.FromBytes(far)) > 0);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(66)]
    public void PublicBoxOfAnotherLength_IsRefused(int length) => Assert.False(PublicBox.TryRead(new byte[length], out _));

    [Fact]
    public void PublicBoxOfTooHighAPrice_IsRefused()
    {
        var bytes = new byte[PublicBox.Size];
        bytes[^1] = PublicBox.MaxPrice + 1;
        Assert.False(PublicBox.TryRead(bytes, out _));
    }
}
