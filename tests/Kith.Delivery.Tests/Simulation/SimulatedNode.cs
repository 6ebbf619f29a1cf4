using Kith.Delivery.Tests.Outbox;
using Kith.Wire;

namespace Kith.Delivery.Tests.Simulation;

/// <summary>One end of the simulation: a store that survives crashes, a core that does not, and what the user has been shown.</summary>
internal sealed class SimulatedNode(AccountId self, AccountId peer, Func<long> now) : IRoute
{
    private MemoryOutbox _committed = new();
    private List<int> _shown = [];
    private HashSet<int> _seen = [];
    private DeliveryCore? _core;
    private int _written;

    public RouteKind Kind => RouteKind.Direct;

    /// <summary>The wire to the other end while there is a session.</summary>
    public Queue<int>? Wire { get; set; }

    public int Room { get; set; } = int.MaxValue;

    public IReadOnlyList<int> Shown => _shown;

    public int Waiting => _committed.Count();

    public long? NextDeadline => Core.NextDeadline;

    private DeliveryCore Core => _core ??= new DeliveryCore(_committed, [this], new RoutePolicy());

    public AccountId Self => self;

    public int Send(AccountId to, ReadOnlySpan<ReadOnlyMemory<byte>> envelopes)
    {
        var count = Wire is null ? 0 : Math.Min(Room, envelopes.Length);
        foreach (var envelope in envelopes[..count])
            Wire!.Enqueue(BitConverter.ToInt32(envelope.Span));
        return count;
    }

    public void Write()
    {
        var number = ++_written;
        var item = new OutboxItem(Id(number), peer, _committed.NextSequence(), default, BitConverter.GetBytes(number), RouteKind.Auto, now());
        _committed.Put(item);
        Core.Enqueued(item);
        Pump();
    }

    /// <summary>An envelope arrives: committed once, acknowledged each time.</summary>
    public void Receive(int number)
    {
        if (_seen.Add(number))
            _shown.Add(number);
    }

    public void Acknowledge(int number)
    {
        _committed.Remove(Id(number));
        Core.Settled(peer, Id(number), now());
        Pump();
    }

    public void SessionUp(Queue<int> wire)
    {
        Wire = wire;
        Core.RoutesUp(peer, default(RouteSet).With(RouteKind.Direct));
        Pump();
    }

    public void SessionDown()
    {
        Wire = null;
        Core.RoutesDown(peer);
    }

    public void Ready()
    {
        Core.RouteReady(peer);
        Pump();
    }

    /// <summary>kill -9 at a commit: the memory is gone, the store is what it was.</summary>
    public void Crash()
    {
        _committed = _committed.Copy();
        _shown = [.. _shown];
        _seen = [.. _seen];
        _core = null;
        Wire = null;
    }

    public void Pump()
    {
        Core.Pump(now());
        Core.TakeTransmitted([]);
    }

    private static MessageId Id(int number) => MessageId.FromBytes([.. BitConverter.GetBytes(number), .. new byte[12]]);
}
