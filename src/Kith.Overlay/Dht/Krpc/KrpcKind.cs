namespace Kith.Overlay.Dht.Krpc;

/// <summary>What a KRPC message is: its <c>y</c> (BEP 5, "KRPC protocol").</summary>
internal enum KrpcKind : byte
{
    Query,
    Answer,
    Error,
}
