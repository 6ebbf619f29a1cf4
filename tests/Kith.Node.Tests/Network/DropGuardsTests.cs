using Kith.Delivery.Privacy;
using Kith.Mailbox.Passing;
using Kith.Messaging;
using Kith.Node.Network;
using Kith.Wire;

namespace Kith.Node.Tests.Network;

/// <summary>Guards of drops are kept over a restart, and not over another privacy setting.</summary>
public sealed class DropGuardsTests
{
    private static readonly SavedGuards Some = new(12, [Endpoint.FromIPv4(0xC600_0105, 4_000)], [Endpoint.FromIPv4(0xC600_0205, 4_000)]);

    private readonly Records _records = new();

    [Fact]
    public void WhatWasKept_IsThereAfterAStart()
    {
        Make(PrivacyLevel.Veiled).Keep(Some);
        var again = Make(PrivacyLevel.Veiled);
        again.Load();
        Assert.Equal((Some.Period, Some.Guards[0]), (again.Saved.Period, Assert.Single(again.Saved.Guards)));
    }

    [Fact]
    public void WhatWasKeptUnderAnotherSetting_IsErased()
    {
        Make(PrivacyLevel.Open).Keep(Some);
        var again = Make(PrivacyLevel.Veiled);
        again.Load();
        Assert.Empty(again.Saved.Guards);
        Assert.Null(_records.Kept);
    }

    [Fact]
    public void WhatCannotBeRead_IsErased()
    {
        _records.Kept = [(byte)PrivacyLevel.Veiled, 9];
        var again = Make(PrivacyLevel.Veiled);
        again.Load();
        Assert.Empty(again.Saved.Guards);
        Assert.Null(_records.Kept);
    }

    [Fact]
    public void WhatIsTheSame_IsNotWrittenAgain_AndWhatIsGivenUpIsErased()
    {
        var guards = Make(PrivacyLevel.Veiled);
        guards.Keep(Some);
        guards.Keep(Some);
        Assert.Equal((1, 0), (_records.Writes, _records.Removed));
        guards.Keep(new SavedGuards(13, [], []));
        Assert.Equal((2, 1), (_records.Writes, _records.Removed));
    }

    private DropGuards Make(PrivacyLevel own) => new(_records, own);

    private sealed class Records : IRecordStore
    {
        public byte[]? Kept { get; set; }

        public int Writes { get; private set; }

        public int Removed { get; private set; }

        public byte[]? Get(RecordKind kind, ReadOnlySpan<byte> key) => kind == RecordKind.DropGuards ? Kept : null;

        public void Put(RecordKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            Assert.Equal(RecordKind.DropGuards, kind);
            (Kept, Writes) = (value.ToArray(), Writes + 1);
        }

        public bool Remove(RecordKind kind, ReadOnlySpan<byte> key)
        {
            var had = Kept is not null;
            (Kept, Removed) = (null, Removed + 1);
            return had;
        }

        public IReadOnlyList<(byte[] Key, byte[] Value)> All(RecordKind kind) => [];
    }
}
