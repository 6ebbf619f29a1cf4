using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Forwarding.Sphinx;

/// <summary>What a <see cref="HopAddress"/> names a node by; the number of those that a packet can name is that of the <see cref="HopCommand"/>.</summary>
public enum HopAddressKind : byte
{
    /// <summary>No address.</summary>
    None = 0,

    /// <summary>An IP endpoint and the beginning of its transport key.</summary>
    Endpoint = HopCommand.ForwardToEndpoint,

    /// <summary>An onion service and its port: a first node alone, which the sender calls. No packet names one, or anybody could make a node call any service.</summary>
    Onion = 2,

    /// <summary>The static key of the other side of a session that stands: for who cannot be called.</summary>
    Session = HopCommand.ForwardOverSession,
}

/// <summary>
/// Where a forwarder sends a packet next. An endpoint comes with 14 bytes of the key that the session there must prove: nobody finds another key that begins with them, and whoever did could do no more than drop what comes.
/// A layer stays so short that an envelope and a reply block share a packet.
/// </summary>
public readonly record struct HopAddress
{
    /// <summary>Bytes of a place in a layer.</summary>
    public const int PlaceSize = 32;

    /// <summary>Bytes of the whole form: kind and place.</summary>
    public const int Size = 1 + PlaceSize;

    /// <summary>Bytes of the transport key that stand beside an endpoint.</summary>
    public const int KeyStartSize = 14;

    private const int AddressSize = 16;

    private readonly X25519PublicKey _key; // of an endpoint only the start, then zeroes

    private HopAddress(HopAddressKind kind, Endpoint endpoint, X25519PublicKey key, Ed25519PublicKey onion, ushort onionPort)
    {
        Kind = kind;
        Endpoint = endpoint;
        _key = key;
        Onion = onion;
        OnionPort = onionPort;
    }

    /// <summary>What it is.</summary>
    public HopAddressKind Kind { get; }

    /// <summary>The endpoint; of <see cref="HopAddressKind.Endpoint"/> alone.</summary>
    public Endpoint Endpoint { get; }

    /// <summary>The onion service's key (rend-spec-v3), which is its address; of <see cref="HopAddressKind.Onion"/> alone.</summary>
    public Ed25519PublicKey Onion { get; }

    /// <summary>The onion service's port; of <see cref="HopAddressKind.Onion"/> alone.</summary>
    public ushort OnionPort { get; }

    /// <summary>The key of the session; of <see cref="HopAddressKind.Session"/> alone.</summary>
    public X25519PublicKey SessionKey => Kind == HopAddressKind.Session ? _key : default;

    /// <summary>The node with this transport key at an endpoint.</summary>
    public static HopAddress At(Endpoint endpoint, X25519PublicKey transportKey)
    {
        Span<byte> bytes = stackalloc byte[X25519PublicKey.Size];
        transportKey.CopyTo(bytes);
        bytes[KeyStartSize..].Clear();
        _ = X25519PublicKey.TryParse(bytes, out var start);
        return new HopAddress(HopAddressKind.Endpoint, endpoint, start, default, 0);
    }

    /// <summary>The node behind an onion service.</summary>
    public static HopAddress At(Ed25519PublicKey onion, ushort port) => new(HopAddressKind.Onion, default, default, onion, port);

    /// <summary>Whoever has a session with the forwarder under this key.</summary>
    public static HopAddress Over(X25519PublicKey sessionKey) => new(HopAddressKind.Session, default, sessionKey, default, 0);

    /// <summary>Whether a session whose other side proved <paramref name="key"/> leads there; an onion service's address says nothing about it and takes each.</summary>
    public bool Takes(X25519PublicKey key)
    {
        if (Kind != HopAddressKind.Endpoint)
            return Kind == HopAddressKind.Onion || (Kind == HopAddressKind.Session && key == _key);
        return At(Endpoint, key)._key == _key;
    }

    /// <summary>Reads the whole form; false for anything that <see cref="CopyTo"/> does not write.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out HopAddress address)
    {
        address = default;
        return bytes.Length == Size && TryRead((HopAddressKind)bytes[0], bytes[1..], out address);
    }

    /// <summary>Writes the whole form, <see cref="Size"/> bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        destination[0] = (byte)Kind;
        WritePlace(destination[1..]);
    }

    internal static bool TryRead(HopAddressKind kind, ReadOnlySpan<byte> place, out HopAddress address)
    {
        address = default;
        switch (kind)
        {
            case HopAddressKind.Endpoint:
                var port = BinaryPrimitives.ReadUInt16BigEndian(place[AddressSize..]);
                Span<byte> start = stackalloc byte[X25519PublicKey.Size];
                start.Clear();
                place[(AddressSize + sizeof(ushort))..].CopyTo(start);
                _ = X25519PublicKey.TryParse(start, out var key);
                address = new HopAddress(
                    kind, Endpoint.FromIPv6(BinaryPrimitives.ReadUInt64BigEndian(place), BinaryPrimitives.ReadUInt64BigEndian(place[8..]), port), key, default, 0);
                return port != 0;
            case HopAddressKind.Session:
                _ = X25519PublicKey.TryParse(place[..X25519PublicKey.Size], out var session);
                address = Over(session);
                return true;
            default:
                return false;
        }
    }

    internal void WritePlace(Span<byte> place)
    {
        place[..PlaceSize].Clear();
        switch (Kind)
        {
            case HopAddressKind.Endpoint:
                BinaryPrimitives.WriteUInt64BigEndian(place, Endpoint.High);
                BinaryPrimitives.WriteUInt64BigEndian(place[8..], Endpoint.Low);
                BinaryPrimitives.WriteUInt16BigEndian(place[AddressSize..], Endpoint.Port);
                Span<byte> key = stackalloc byte[X25519PublicKey.Size];
                _key.CopyTo(key);
                key[..KeyStartSize].CopyTo(place[(AddressSize + sizeof(ushort))..]);
                break;
            case HopAddressKind.Session:
                _key.CopyTo(place);
                break;
            default:
                throw new InvalidOperationException("no packet names such a node");
        }
    }
}
