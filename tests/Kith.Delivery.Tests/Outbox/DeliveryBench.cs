using Kith.Wire;

namespace Kith.Delivery.Tests.Outbox;

/// <summary>Delivery over one direct route, under a clock that its test moves.</summary>
public abstract class DeliveryBench
{
    protected static readonly AccountId Peer = AccountId.FromBytes([.. Enumerable.Repeat((byte)1, 32)]);
    protected static readonly AccountId Other = AccountId.FromBytes([.. Enumerable.Repeat((byte)2, 32)]);

    protected DeliveryBench() => Core = new DeliveryCore(Store, [Route], new RoutePolicy());

    private protected MemoryOutbox Store { get; } = new();

    private protected RecordingRoute Route { get; } = new();

    protected DeliveryCore Core { get; }

    protected long Now { get; set; } = 1_000_000;

    protected static MessageId Id(int number)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BitConverter.TryWriteBytes(bytes, number);
        return MessageId.FromBytes(bytes);
    }

    protected void Put(int number, AccountId? peer = null, bool seal = true, int size = 4)
    {
        var envelope = new byte[size];
        BitConverter.TryWriteBytes(envelope, number);
        var item = new OutboxItem(Id(number), peer ?? Peer, Store.NextSequence(), envelope, seal ? envelope : null, RouteKind.Auto, Now);
        Store.Put(item);
        Core.Enqueued(item);
    }

    protected void Seal(int number, byte version = 0)
    {
        var item = Store.Find(Id(number))!;
        item = item with { Envelope = (byte[])[.. item.Content.Span[..4], .. version == 0 ? [] : new[] { version }] };
        Store.Put(item);
        Core.Enqueued(item);
    }

    protected void Settle(int number)
    {
        Store.Remove(Id(number));
        Core.Settled(Peer, Id(number), Now);
    }

    protected void Up()
    {
        Core.RoutesUp(Peer, default(RouteSet).With(RouteKind.Direct));
        Pump();
    }

    protected void Pump() => Core.Pump(Now);

    protected void Advance(long by)
    {
        var target = Now + by;
        Core.TakeTransmitted([]);
        while (Core.NextDeadline is { } next && next <= target)
        {
            Now = Math.Max(Now, next);
            Pump();
            Core.TakeTransmitted([]);
        }

        Now = target;
    }
}
