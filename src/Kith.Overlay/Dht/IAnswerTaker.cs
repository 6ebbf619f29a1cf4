using Kith.Overlay.Dht.Krpc;

namespace Kith.Overlay.Dht;

/// <summary>Whoever sent a query and waits for what becomes of it: exactly one of these is called for each.</summary>
internal interface IAnswerTaker
{
    /// <summary>The node answered, and as the one that was meant.</summary>
    void Answered(long now, in Transaction query, in KrpcAnswer answer);

    /// <summary>The node refused, or answered as another than was meant.</summary>
    void Refused(long now, in Transaction query, DhtError error);

    /// <summary>No answer came.</summary>
    void TimedOut(long now, in Transaction query);
}
