using Kith.Transport.Connections.Recovery;

namespace Kith.Transport.Tests.Connections.Recovery;

/// <summary>A flow that always uses its whole window over a path of one round trip: each packet is acknowledged a round trip after it was sent.</summary>
internal sealed class FlowOfPackets(ICongestionController controller, TimeSpan roundTrip, int size)
{
    private readonly Queue<TimeSpan> _onTheWay = new();

    public TimeSpan Now { get; private set; }

    public TimeSpan RoundTrip { get; set; } = roundTrip;

    public double Segments => (double)controller.Window / size;

    public void RunUntil(TimeSpan end, bool wasFull = true)
    {
        while (true)
        {
            while (_onTheWay.Count * size < controller.Window)
                _onTheWay.Enqueue(Now);
            if (_onTheWay.Peek() + RoundTrip > end)
            {
                Now = end;
                return;
            }

            var sentAt = _onTheWay.Dequeue();
            Now = sentAt + RoundTrip > Now ? sentAt + RoundTrip : Now;
            controller.Sampled(Now, sentAt, RoundTrip);
            controller.Acknowledged(Now, sentAt, size, wasFull, RoundTrip);
        }
    }

    /// <summary>Loses the packet sent last; what is on the way besides goes on as if nothing had been.</summary>
    public void Lose() => controller.Lost(Now, Now);
}
