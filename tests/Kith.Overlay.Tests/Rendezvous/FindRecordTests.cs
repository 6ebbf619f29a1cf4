using System.Text.Json;
using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Overlay.Rendezvous;
using Kith.Simulation.Network;

namespace Kith.Overlay.Tests.Rendezvous;

public sealed class FindRecordTests : IDisposable
{
    private const long Index = 82_870;
    private readonly SimulatedRandom _random = new(3);
    private readonly PeriodKeys _keys = PeriodKeys.Derive(World.Secret(1), Index);
    private readonly Ed25519PrivateKey _maker;
    private readonly DhtItem _item;

    public FindRecordTests()
    {
        _maker = Ed25519PrivateKey.Generate(_random);
        _item = FindRecord.Seal(_keys, 1000, new Contactable(["192.0.2.1:7300"]), 999, _maker, _random);
    }

    public static TheoryData<string> VectorNames => [.. Vectors("rendezvous.json").Select(vector => Text(vector, "name"))];

    [Theory]
    [MemberData(nameof(VectorNames))]
    public void Vector_DerivesAndOpens(string name)
    {
        var vector = Vectors("rendezvous.json").Single(each => Text(each, "name") == name);
        var secret = new FindSecret(Bytes(vector, "secret"));
        var madeAt = vector.GetProperty("madeAt").GetInt64();
        var schedule = new FindSchedule(secret);
        Assert.Equal(vector.GetProperty("index").GetInt64(), schedule.IndexAt(madeAt));
        Assert.Equal(vector.GetProperty("offset").GetInt64(), -schedule.StartOf(0));
        using var keys = PeriodKeys.Derive(secret, schedule.IndexAt(madeAt));
        Assert.Equal(Bytes(vector, "itemKey"), keys.ItemKey.PublicKey.ToArray());
        Assert.Equal(Bytes(vector, "salt"), keys.Salt.ToArray());
        Assert.Equal(Text(vector, "target"), keys.Target.Id.ToString());
        Assert.True(Ed25519PublicKey.TryParse(Bytes(vector, "maker"), out var maker));
        Assert.True(DhtItem.TryVerify(
            keys.ItemKey.PublicKey, keys.Salt.Span, vector.GetProperty("sequence").GetInt64(), Bytes(vector, "value"), Bytes(vector, "signature"), out var item));
        Assert.True(FindRecord.TryOpen(keys, item!, maker, out var record));
        Assert.Equal(vector.GetProperty("addresses").EnumerateArray().Select(address => address.GetString()), record.Content.Addresses);
        Assert.Equal(madeAt, record.MadeAt);
    }

    [Fact]
    public void Record_ReadsBackUnderAThousandBytes()
    {
        Assert.True(FindRecord.TryOpen(_keys, _item, _maker.PublicKey, out var record));
        Assert.Equal(["192.0.2.1:7300"], record.Content.Addresses);
        Assert.Equal((999, 1000), (record.MadeAt, record.Sequence));
        Assert.InRange(_item.Value.Length, 1, 999);
    }

    [Fact]
    public void WhateverItSays_ItHasTheSameSize()
    {
        string[] many = [.. Enumerable.Range(1, 40).Select(i => $"[2001:db8:1234:5678:9abc:def0:1234:{i:x}]:65535")];
        var full = FindRecord.Seal(_keys, 1, new Contactable(many), 1, _maker, _random);
        var empty = FindRecord.Seal(_keys, 1, new Contactable([]), 1, _maker, _random);
        Assert.Equal(full.Value.Length, empty.Value.Length);
        Assert.True(FindRecord.TryOpen(_keys, full, _maker.PublicKey, out var record));
        Assert.InRange(record.Content.Addresses.Count, 8, ContactableFormat.MaxAddresses);
        Assert.Equal(many.Take(record.Content.Addresses.Count), record.Content.Addresses);
    }

    [Fact]
    public void OtherPeriodOrSecret_DoesNotOpen()
    {
        using var next = PeriodKeys.Derive(World.Secret(1), Index + 1);
        using var other = PeriodKeys.Derive(World.Secret(2), Index);
        Assert.False(FindRecord.TryOpen(next, _item, _maker.PublicKey, out _));
        Assert.False(FindRecord.TryOpen(other, _item, _maker.PublicKey, out _));
    }

    [Fact]
    public void OtherMaker_IsRefused()
    {
        // The other half of the pair has the secret and can sign the item and seal the value: only the maker's own signature is not theirs to make.
        using var otherHalf = Ed25519PrivateKey.Generate(_random);
        var forged = FindRecord.Seal(_keys, 2000, new Contactable(["203.0.113.9:1"]), 999, otherHalf, _random);
        Assert.True(FindRecord.TryOpen(_keys, forged, otherHalf.PublicKey, out _));
        Assert.False(FindRecord.TryOpen(_keys, forged, _maker.PublicKey, out _));
    }

    [Fact]
    public void OldContentUnderANewSequence_IsRefused()
    {
        // Nor can they put the maker's old words back with a higher number.
        var replayed = DhtItem.Sign(_keys.ItemKey, _keys.Salt.Span, 5000, _item.Value);
        Assert.False(FindRecord.TryOpen(_keys, replayed, _maker.PublicKey, out _));
    }

    [Fact]
    public void OldContentInANewPeriod_IsRefused()
    {
        using var next = PeriodKeys.Derive(World.Secret(1), Index + 1);
        var moved = DhtItem.Sign(next.ItemKey, next.Salt.Span, 1000, _item.Value);
        Assert.False(FindRecord.TryOpen(next, moved, _maker.PublicKey, out _));
    }

    [Fact]
    public void CutLongerOrChanged_IsRefused()
    {
        Assert.True(_item.TryReadBytes(out var whole));
        var bytes = whole.ToArray();
        for (var size = 0; size < bytes.Length; size += 13)
            Assert.False(Opens(bytes[..size]));
        Assert.False(Opens([.. bytes, 0]));
        for (var at = 0; at < bytes.Length; at += 7)
        {
            var changed = bytes.ToArray();
            changed[at] ^= 1;
            Assert.False(Opens(changed));
        }

        Assert.True(Opens(bytes));
    }

    [Theory]
    [InlineData("i5e")]
    [InlineData("de")]
    [InlineData("0:")]
    public void ValueOfAnotherKind_IsRefused(string value)
    {
        var item = DhtItem.Sign(_keys.ItemKey, _keys.Salt.Span, 1000, System.Text.Encoding.ASCII.GetBytes(value));
        Assert.False(FindRecord.TryOpen(_keys, item, _maker.PublicKey, out _));
    }

    public void Dispose()
    {
        _keys.Dispose();
        _maker.Dispose();
    }

    internal static JsonElement[] Vectors(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Rendezvous", "Vectors", file)));
        return [.. document.RootElement.GetProperty("vectors").EnumerateArray().Select(vector => vector.Clone())];
    }

    internal static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    internal static byte[] Bytes(JsonElement vector, string name) => Convert.FromHexString(Text(vector, name));

    private bool Opens(byte[] value) =>
        FindRecord.TryOpen(_keys, DhtItem.Sign(_keys.ItemKey, _keys.Salt.Span, 1000, DhtItem.Encode(value)), _maker.PublicKey, out _);
}
