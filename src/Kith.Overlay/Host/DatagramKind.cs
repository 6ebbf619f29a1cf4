using Kith.Overlay.Entry;
using Kith.Overlay.Relay;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Host;

/// <summary>Which core a datagram of the overlay is for.</summary>
internal enum DatagramKind
{
    /// <summary>Nobody's.</summary>
    None,

    /// <summary>The DHT's: KRPC, with a key <c>y</c> (BEP 5).</summary>
    Dht,

    /// <summary>The walker's, with a key <c>type</c>.</summary>
    Walker,

    /// <summary>A knock, with a key <c>knock</c>.</summary>
    Knock,

    /// <summary>Observes a NAT, with a key <c>nat</c>.</summary>
    Nat,

    /// <summary>About a relay's circuits, with a key <c>relay</c>.</summary>
    Relay,

    /// <summary>About reaching nodes behind NATs, with a key <c>reach</c>.</summary>
    Reach,

    /// <summary>The answer to a beacon on the local network, with <c>here</c> as its first key.</summary>
    Beacon,
}

/// <summary>Tells by a datagram's outermost keys whose it is; that core then reads all of it anew and decides whether it is any good.</summary>
internal static class DatagramKinds
{
    /// <summary>Keys that are looked at.</summary>
    private const int MaxKeys = 16;

    public static DatagramKind Of(ReadOnlySpan<byte> datagram)
    {
        if (EntryCore.IsBeacon(datagram))
            return DatagramKind.Beacon;
        var reader = new BencodeReader(datagram);
        if (!reader.TryReadDictionary())
            return DatagramKind.None;
        for (var keys = 0; keys < MaxKeys && reader.TryReadBytes(out var key); keys++)
        {
            if (OfKey(key) is var kind and not DatagramKind.None)
                return kind;
            if (!reader.TrySkip())
                return DatagramKind.None;
        }

        return DatagramKind.None;
    }

    // One of these four is in every message of KRPC and in nothing else; most are known by the first of their keys, without a look at what is in it.
    private static DatagramKind OfKey(ReadOnlySpan<byte> key)
    {
        if (key.Length == 1)
            return key[0] is (byte)'a' or (byte)'q' or (byte)'r' or (byte)'y' ? DatagramKind.Dht : DatagramKind.None;
        if (key.SequenceEqual("type"u8))
            return DatagramKind.Walker;
        if (key.SequenceEqual("nat"u8))
            return DatagramKind.Nat;
        if (key.SequenceEqual("reach"u8))
            return DatagramKind.Reach;
        if (RelayMessage.IsKey(key))
            return DatagramKind.Relay;
        return key.SequenceEqual("knock"u8) ? DatagramKind.Knock : DatagramKind.None;
    }
}
