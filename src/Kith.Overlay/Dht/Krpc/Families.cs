namespace Kith.Overlay.Dht.Krpc;

/// <summary>Families of addresses that nodes are wanted of (BEP 32, <c>want</c>).</summary>
[Flags]
internal enum Families : byte
{
    None = 0,
    IPv4 = 1,
    IPv6 = 2,
}
