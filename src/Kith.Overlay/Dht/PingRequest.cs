using Kith.Overlay.Dht.Krpc;
using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>A ping that somebody asked for.</summary>
internal sealed class PingRequest(Endpoint node, Action<PingResult>? done, Action<long, KnownNode> found) : IAnswerTaker
{
    void IAnswerTaker.Answered(long now, in Transaction query, in KrpcAnswer answer)
    {
        found(now, new KnownNode(answer.Id, node));
        done?.Invoke(new PingResult(node, answer.Id, now - query.SentAt));
    }

    // Who answers with an error is there, but is no node for us.
    void IAnswerTaker.Refused(long now, in Transaction query, DhtError error) => Fail();

    void IAnswerTaker.TimedOut(long now, in Transaction query) => Fail();

    /// <summary>Nothing came of it.</summary>
    public void Fail() => done?.Invoke(new PingResult(node, null, null));
}
