using Kith.Overlay.Dht.Krpc;
using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>Keeps the routing tables of both families true: nodes that answer come in, nodes that only show themselves are asked first, nodes that do not answer go.</summary>
internal sealed class NodeBook(OwnNode own, Querier querier, IReadOnlyList<int> bucketSizes) : IAnswerTaker
{
    /// <summary>Nodes asked at once whether they are there; more that show themselves are left alone.</summary>
    public const int MaxChecks = 32;

    private int _checks;

    public RoutingTable Table4 { get; } = new(own.Id, bucketSizes, own.Networks);

    public RoutingTable Table6 { get; } = new(own.Id, bucketSizes, own.Networks);

    public int Count => Table4.Count + Table6.Count;

    public RoutingTable TableOf(Endpoint endpoint) => endpoint.IsIPv4 ? Table4 : Table6;

    /// <summary>Whether a node's id is one that it may have at its address (BEP 42), or the rule is lifted between us.</summary>
    public bool IsFit(NodeId id, Endpoint endpoint) => own.Networks.AreLifted(endpoint) || SecureNodeId.IsFor(id, endpoint);

    /// <summary>A node answered a query of ours.</summary>
    public void Answered(long now, NodeId id, Endpoint endpoint, long roundTrip)
    {
        if (!IsFit(id, endpoint))
            return;
        var table = TableOf(endpoint);
        // A full bucket: the node that we know least of there has to show that it lives (BEP 5).
        if (!table.Answered(now, id, endpoint, (int)roundTrip) && table.TryTakeQuestionable(now, id, out var questionable))
            Check(now, questionable);
    }

    /// <summary>A node asked us something; it may be nobody. True when a question went out to it.</summary>
    public bool Asked(long now, NodeId id, Endpoint endpoint, bool mayCheck)
    {
        var table = TableOf(endpoint);
        return !table.Asked(now, id, endpoint) && mayCheck && ShallCheck(table, id, endpoint) && Check(now, new KnownNode(id, endpoint));
    }

    /// <summary>Whether a question to a node that asked us would be worth it.</summary>
    public bool WouldCheck(NodeId id, Endpoint endpoint) => ShallCheck(TableOf(endpoint), id, endpoint);

    /// <summary>A node was named by another.</summary>
    public void Named(long now, in KnownNode node)
    {
        if (ShallCheck(TableOf(node.Endpoint), node.Id, node.Endpoint))
            _ = Check(now, node);
    }

    /// <summary>A node left a query unanswered, or is not who we took it for.</summary>
    public void Failed(NodeId id, Endpoint endpoint) => TableOf(endpoint).Failed(id, endpoint);

    /// <summary>Asks a node whether it is there.</summary>
    public bool Check(long now, in KnownNode node)
    {
        if (_checks >= MaxChecks || !querier.TryPing(now, node.Endpoint, node.Id, this))
            return false;
        _checks++;
        return true;
    }

    /// <inheritdoc/>
    void IAnswerTaker.Answered(long now, in Transaction query, in KrpcAnswer answer) => _checks--;

    /// <inheritdoc/>
    void IAnswerTaker.Refused(long now, in Transaction query, DhtError error) => _checks--;

    /// <inheritdoc/>
    void IAnswerTaker.TimedOut(long now, in Transaction query) => _checks--;

    private bool ShallCheck(RoutingTable table, NodeId id, Endpoint endpoint) =>
        _checks < MaxChecks && IsFit(id, endpoint) && table.Wants(id, endpoint) && !querier.Transactions.IsAsking(endpoint);
}
