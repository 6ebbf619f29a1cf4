using Kith.Wire;

namespace Kith.Delivery.Tests.Outbox;

/// <summary>Holders that note what they are given, up to their room.</summary>
internal sealed class RecordingDrops : IDropRoute
{
    public List<MessageId> Taken { get; } = [];

    public List<MessageId> Withdrawn { get; } = [];

    public int Room { get; set; } = int.MaxValue;

    public int Put(AccountId peer, ReadOnlySpan<DropParcel> parcels)
    {
        var count = Math.Min(Room, parcels.Length);
        foreach (var parcel in parcels[..count])
            Taken.Add(parcel.Id);
        return count;
    }

    public void Withdraw(AccountId peer, MessageId id) => Withdrawn.Add(id);
}
