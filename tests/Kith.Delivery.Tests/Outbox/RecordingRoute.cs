using Kith.Wire;

namespace Kith.Delivery.Tests.Outbox;

/// <summary>A route that notes what it takes, up to its room.</summary>
internal sealed class RecordingRoute(RouteKind kind = RouteKind.Direct) : IRoute
{
    public RouteKind Kind => kind;

    public List<byte[]> Taken { get; } = [];

    public List<MessageId> Items { get; } = [];

    public List<MessageId> SettledItems { get; } = [];

    public int Room { get; set; } = int.MaxValue;

    public int Calls { get; private set; }

    public int Send(AccountId peer, ReadOnlySpan<ReadOnlyMemory<byte>> envelopes)
    {
        Calls++;
        var count = Math.Min(Room, envelopes.Length);
        foreach (var envelope in envelopes[..count])
            Taken.Add(envelope.ToArray());
        Room -= count;
        return count;
    }

    public void Took(AccountId peer, MessageId item, ReadOnlyMemory<byte> envelope) => Items.Add(item);

    public void Settled(AccountId peer, MessageId item) => SettledItems.Add(item);

    /// <summary>What was taken since the last call, as the numbers that the tests write into envelopes.</summary>
    public int[] Drain()
    {
        int[] numbers = [.. Taken.Select(envelope => BitConverter.ToInt32(envelope))];
        Taken.Clear();
        return numbers;
    }
}
