namespace Kith.Overlay.Entry;

/// <summary>
/// The nodes by which clients of BitTorrent's mainline DHT come in (BEP 5, "bootstrap"): run by BitTorrent, Transmission, libtorrent and BiglyBT for everybody. They answer
/// DHT queries alone.
/// </summary>
internal static class MainlineRouters
{
    public static IReadOnlyList<(string Host, ushort Port)> All { get; } =
    [
        ("router.bittorrent.com", 6881),
        ("router.utorrent.com", 6881),
        ("dht.transmissionbt.com", 6881),
        ("dht.libtorrent.org", 25401),
        ("dht.aelitis.com", 6881),
    ];
}
