using Kith.Overlay.Dht.Krpc;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Dht;

/// <summary>Writes a query, once its transaction is open.</summary>
internal interface IQueryWriter
{
    /// <param name="writer">Where to.</param>
    /// <param name="sender">Who asks.</param>
    /// <param name="query">Whom, and the number among the writer's own.</param>
    /// <param name="transaction">The transaction id.</param>
    void Write(ref BencodeWriter writer, in KrpcSender sender, in Transaction query, ReadOnlySpan<byte> transaction);
}
