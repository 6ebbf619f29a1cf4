using Kith.Delivery;
using Kith.Messaging;
using Kith.Node.Loop;
using Kith.Wire;

namespace Kith.Node.Tests.Loop;

/// <summary>Notes what got out.</summary>
internal sealed class FakeOutbound(List<string> log) : IOutbound
{
    public void Enqueued(OutboxItem item) => log.Add("enqueued");

    public void Settled(AccountId peer, MessageId id) => log.Add("settled");

    public void SendOnce(AccountId peer, ReadOnlyMemory<byte> envelope, RouteKind otherwise) => log.Add($"send {envelope.Span[0]}");

    public void RequestBundle(AccountId peer) => log.Add("bundle");

    public void PeerChanged(AccountId peer, PeerEndpoint? endpoint) => log.Add("peer");

    public void FindingChanged() => log.Add("finding");

    public void BoxesChanged() => log.Add("boxes");

    public void OnionChanged() => log.Add("onion");

    public void EndBatch()
    {
    }

    public void Flush() => log.Add("flush");

    public void Restart() => log.Add("restart");
}
