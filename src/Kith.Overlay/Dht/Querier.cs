using Kith.Crypto;
using Kith.Overlay.Dht.Krpc;
using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht;

/// <summary>Sends queries and gives each one's end to who waits for it.</summary>
internal sealed class Querier(OwnNode own, IDatagramSink sink, IRandom random)
{
    private readonly TransactionTable _transactions = new(random);
    private RoundTrips _roundTrips;

    public TransactionTable Transactions => _transactions;

    /// <summary>Milliseconds until a query to a node has stalled, by its own last round trip where it is known.</summary>
    public int Stall(ushort? roundTrip) => _roundTrips.Stall(roundTrip);

    /// <summary>Asks. False, and nothing sent, when too many queries are under way or the address is none that we may send to.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="endpoint">Whom.</param>
    /// <param name="node">Who must answer; null for anybody.</param>
    /// <param name="writer">What.</param>
    /// <param name="taker">Told how it ends; may be null.</param>
    /// <param name="tag">A number for the taker and the writer.</param>
    /// <param name="stall">Milliseconds after which the query counts as stalled, for how long it is waited for.</param>
    public bool TryAsk(long now, Endpoint endpoint, NodeId? node, IQueryWriter writer, IAnswerTaker? taker, byte tag, int stall)
    {
        if (!own.Networks.MayContact(endpoint))
            return false;
        Span<byte> id = stackalloc byte[Transaction.IdSize];
        var query = new Transaction
        {
            Node = node.GetValueOrDefault(),
            HasNode = node is not null,
            Endpoint = endpoint,
            Tag = tag,
            SentAt = now,
            Deadline = now + RoundTrips.Timeout(stall),
            Taker = taker,
        };
        if (!_transactions.TryOpen(query, id))
            return false;
        Span<byte> datagram = stackalloc byte[KrpcLimits.MaxDatagram];
        var bencode = new BencodeWriter(datagram);
        writer.Write(ref bencode, new KrpcSender(own.IdBytes, own.IsReadOnly), query, id);
        sink.Send(endpoint, bencode.Written);
        return true;
    }

    public bool TryPing(long now, Endpoint endpoint, NodeId? node, IAnswerTaker? taker, byte tag = 0) =>
        TryAsk(now, endpoint, node, PingWriter.Instance, taker, tag, _roundTrips.Stall(null));

    public void Measure(long roundTrip) => _roundTrips.Add(roundTrip);

    private sealed class PingWriter : IQueryWriter
    {
        public static PingWriter Instance { get; } = new();

        public void Write(ref BencodeWriter writer, in KrpcSender sender, in Transaction query, ReadOnlySpan<byte> transaction) =>
            NodeQuery.WritePing(ref writer, sender, transaction);
    }
}
