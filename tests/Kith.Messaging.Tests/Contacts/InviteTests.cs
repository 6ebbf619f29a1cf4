using Kith.Messaging.Contacts;
using Kith.Messaging.Tests.Accounts;
using Kith.Wire;

namespace Kith.Messaging.Tests.Contacts;

public sealed class InviteTests
{
    private readonly CountingRandom _random = new(7);

    [Fact]
    public void Invite_ReadsBack()
    {
        var invite = Invite.Create(_random, 3, 1000, 99_999).Spend(1);
        Assert.True(Invite.TryRead(Record(invite), out var read));
        Assert.Equal(invite with { Secret = default }, read with { Secret = default });
        Assert.Equal(invite.Secret.ToArray(), read.Secret.ToArray());
        Assert.Equal(99_000, read.ExpiresAt);
        Assert.True(InviteId.TryParse(invite.Id.ToString(), out var id));
        Assert.Equal(invite.Id, id);
    }

    [Fact]
    public void Spending_EndsInUsedUp()
    {
        var invite = Invite.Create(_random, 2, 0, null);
        Assert.Equal(InviteStatus.Valid, invite.Spend(1).StatusAt(long.MaxValue));
        Assert.Equal(InviteStatus.UsedUp, invite.Spend(1).Spend(1).StatusAt(0));
        Assert.Equal(0, invite.Spend(1).Spend(1).Spend(1).UsesLeft);
    }

    [Fact]
    public void Expiry_IsExclusive()
    {
        var invite = Invite.Create(_random, 1, 0, 5000);
        Assert.Equal(InviteStatus.Valid, invite.StatusAt(4999));
        Assert.Equal(InviteStatus.Expired, invite.StatusAt(5000));
    }

    [Fact]
    public void PublicInvite_IsNeverUsedUp()
    {
        var invite = Invite.Create(_random, 0, 0, null);
        Assert.True(invite.IsPublic);
        Assert.Equal(InviteStatus.Valid, invite.Spend(1).StatusAt(0));
    }

    [Fact]
    public void CutLongerOrImpossibleRecord_Refused()
    {
        var record = Record(Invite.Create(_random, 1, 0, null));
        for (var size = 0; size < record.Length; size++)
            Assert.False(Invite.TryRead(record.AsSpan(0, size), out _));
        Assert.False(Invite.TryRead([.. record, 0], out _));
        record[^18] = 2; // more left than there were
        Assert.False(Invite.TryRead(record, out _));
    }

    private static byte[] Record(Invite invite)
    {
        using var writer = new WireWriter();
        invite.Write(writer);
        return writer.ToArray();
    }
}
