using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Forwarding.Keys;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Directory;

/// <summary>
/// A node's signed word about itself as a forwarder (docs/protocol/paths.md, "Descriptors"): its transport key, the keys that packets are made for, and where it is. Signed with the transport key by XEdDSA under a label of
/// its own, so that nobody but who completes the handshakes of that key can have said it. Does not change.
/// </summary>
public sealed class ForwarderDescriptor
{
    /// <summary>The longest encoding, bytes.</summary>
    public const int MaxSize = 1 + 32 + 8 + 1 + (DirectoryLimits.MaxKeys * (4 + 32)) + 1 + (1 + Endpoint.CompactSize4 + 1 + Endpoint.CompactSize6) + 1 + OnionPoint.Size + XEdDsa.SignatureSize;

    private const byte Version = 1;

    private readonly byte[] _encoded;

    private ForwarderDescriptor(X25519PublicKey key, long madeAt, IReadOnlyList<PublicForwardingKey> keys, IReadOnlyList<Endpoint> endpoints, OnionPoint? onion, byte[] encoded) =>
        (Key, MadeAt, Keys, Endpoints, Onion, _encoded) = (key, madeAt, keys, endpoints, onion, encoded);

    private static ReadOnlySpan<byte> Label => "kith-forwarder-v1\0"u8;

    /// <summary>Its transport key: what it is told from others by, and what its sessions prove.</summary>
    public X25519PublicKey Key { get; }

    /// <summary>When it said so, unix milliseconds of its clock.</summary>
    public long MadeAt { get; }

    /// <summary>Its forwarding keys, epochs rising, each once; never empty.</summary>
    public IReadOnlyList<PublicForwardingKey> Keys { get; }

    /// <summary>Where it can be reached by UDP and TCP, at most one endpoint of each family.</summary>
    public IReadOnlyList<Endpoint> Endpoints { get; }

    /// <summary>Its onion service; null when it has none.</summary>
    public OnionPoint? Onion { get; }

    /// <summary>The signed bytes as they travel.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded;

    /// <summary>Signs one.</summary>
    /// <exception cref="ArgumentException">No address, no key, or more than there may be.</exception>
    public static ForwarderDescriptor Sign(X25519PrivateKey key, long madeAt, IReadOnlyList<PublicForwardingKey> keys, IReadOnlyList<Endpoint> endpoints, OnionPoint? onion, IRandom random)
    {
        using var writer = new WireWriter(MaxSize);
        writer.WriteByte(Version);
        writer.WriteBytes(key.PublicKey.ToArray());
        writer.WriteUInt64((ulong)madeAt);
        writer.WriteByte((byte)keys.Count);
        foreach (var one in keys)
        {
            writer.WriteUInt32((uint)one.Epoch);
            writer.WriteBytes(one.Key.ToArray());
        }

        writer.WriteByte((byte)endpoints.Count);
        Span<byte> compact = stackalloc byte[Endpoint.CompactSize6];
        foreach (var one in endpoints)
            writer.WriteLengthPrefixed(compact[..one.WriteCompact(compact)]);
        writer.WriteByte(onion is null ? (byte)0 : (byte)1);
        if (onion is { } point)
        {
            writer.WriteBytes(point.Key.ToArray());
            writer.WriteUInt16(point.Port);
        }

        Span<byte> signature = stackalloc byte[XEdDsa.SignatureSize];
        XEdDsa.Sign(key, [.. Label, .. writer.WrittenSpan], random.NextBytes(XEdDsa.RandomSize), signature);
        writer.WriteBytes(signature);
        return TryRead(writer.WrittenSpan, out var descriptor) ? descriptor : throw new ArgumentException("a forwarder that nobody would take", nameof(keys));
    }

    /// <summary>Reads and verifies one; false for anything that is not exactly one, or whose signature does not hold. Whether it is too old is for <see cref="IsCurrent"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ForwarderDescriptor? descriptor)
    {
        descriptor = null;
        var reader = new WireReader(bytes);
        if (bytes.Length > MaxSize || !reader.TryReadByte(out var version) || version != Version || !TryReadPoint(ref reader, out var key)
            || !reader.TryReadUInt64(out var madeAt) || madeAt > long.MaxValue / 2 || !TryReadKeys(ref reader, out var keys)
            || !TryReadEndpoints(ref reader, out var endpoints) || !TryReadOnion(ref reader, out var onion) || (endpoints.Length == 0 && onion is null))
            return false;
        var signed = bytes[..reader.Consumed];
        if (!reader.TryReadBytes(XEdDsa.SignatureSize, out var signature) || !reader.IsAtEnd || !XEdDsa.Verify(key, [.. Label, .. signed], signature))
            return false;
        descriptor = new ForwarderDescriptor(key, (long)madeAt, keys, endpoints, onion, bytes.ToArray());
        return true;
    }

    /// <summary>Whether it may be used at this time: neither too old nor from the future.</summary>
    public bool IsCurrent(long now) => MadeAt <= now + DirectoryLimits.MaxAhead && MadeAt >= now - DirectoryLimits.Lifetime;

    /// <summary>Its key of an epoch; null when it has not said one.</summary>
    public X25519PublicKey? KeyOf(int epoch)
    {
        foreach (var one in Keys)
        {
            if (one.Epoch == epoch)
                return one.Key;
        }

        return null;
    }

    private static bool TryReadPoint(ref WireReader reader, out X25519PublicKey key)
    {
        key = default;
        return reader.TryReadBytes(X25519PublicKey.Size, out var bytes) && X25519PublicKey.TryParse(bytes, out key) && !key.HasSmallOrder;
    }

    private static bool TryReadKeys(ref WireReader reader, out PublicForwardingKey[] keys)
    {
        keys = [];
        if (!reader.TryReadByte(out var count) || count is 0 or > DirectoryLimits.MaxKeys)
            return false;
        keys = new PublicForwardingKey[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt32(out var epoch) || epoch > int.MaxValue || !TryReadPoint(ref reader, out var key) || (i > 0 && epoch <= keys[i - 1].Epoch))
                return false;
            keys[i] = new PublicForwardingKey((int)epoch, key);
        }

        return true;
    }

    private static bool TryReadEndpoints(ref WireReader reader, out Endpoint[] endpoints)
    {
        endpoints = [];
        if (!reader.TryReadByte(out var count) || count > DirectoryLimits.MaxEndpoints)
            return false;
        endpoints = new Endpoint[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadLengthPrefixed(Endpoint.CompactSize6, out var compact) || !Endpoint.TryReadCompact(compact, out endpoints[i]) || endpoints[i].Port == 0)
                return false;
            // The long form of an IPv4 address would be a second encoding of the same.
            if ((compact.Length == Endpoint.CompactSize4) != endpoints[i].IsIPv4)
                return false;
        }

        return count < 2 || endpoints[0].IsIPv4 != endpoints[1].IsIPv4;
    }

    private static bool TryReadOnion(ref WireReader reader, out OnionPoint? onion)
    {
        onion = null;
        if (!reader.TryReadByte(out var has) || has > 1)
            return false;
        if (has == 0)
            return true;
        if (!reader.TryReadBytes(Ed25519PublicKey.Size, out var bytes) || !Ed25519PublicKey.TryParse(bytes, out var key) || !reader.TryReadUInt16(out var port) || port == 0)
            return false;
        onion = new OnionPoint(key, port);
        return true;
    }
}
