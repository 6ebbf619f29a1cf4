using System.Buffers.Binary;
using System.Security.Cryptography;
using Kith.Crypto;

namespace Kith.Forwarding.Sphinx;

/// <summary>How a sender makes a header: Danezis and Goldberg 2009, §3.2, with padding that is random and clamped scalars (docs/protocol/forwarding.md, "Making a header").</summary>
internal static class SphinxHeader
{
    private const int HeaderKeysSize = SphinxFormat.MaxHops * HopKeys.Size;

    /// <summary>Writes the header of a packet for a path. False when a key of the path has small order.</summary>
    /// <param name="random">The packet's own key and the padding.</param>
    /// <param name="path">1 to <see cref="SphinxFormat.MaxHops"/> nodes.</param>
    /// <param name="end">What the last one does: not to forward.</param>
    /// <param name="endPlace">The first bytes of the last layer's place; zeroes follow. Of a reply block it is taken out: what stands there is random.</param>
    /// <param name="tail">Of a reply block: what the routing ends with. Nothing of it is said in a layer but in the last one, behind its command and delay.</param>
    /// <param name="header">Where it goes.</param>
    /// <param name="payloadKeys">Takes the payload's key of each node, 32 bytes each.</param>
    public static bool TryWrite(
        IRandom random, ReadOnlySpan<PathHop> path, HopCommand end, Span<byte> endPlace, ReadOnlySpan<byte> tail, Span<byte> header, Span<byte> payloadKeys)
    {
        if (path.Length is 0 or > SphinxFormat.MaxHops)
            throw new ArgumentException($"a path has 1 to {SphinxFormat.MaxHops} nodes, not {path.Length}", nameof(path));
        Span<byte> headerKeys = stackalloc byte[HeaderKeysSize];
        try
        {
            if (!TryAgree(random, path, header.Slice(SphinxFormat.ElementAt, X25519PublicKey.Size), headerKeys, payloadKeys))
                return false;
            WriteLayers(random, path, end, endPlace, tail, header, headerKeys);
            header[SphinxFormat.HintAt] = SphinxFormat.HintOf(path[0].Key);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(headerKeys);
        }
    }

    // §3.2, the α, s and b of each node. The blindings are gathered in the scalar, so each node costs one multiplication.
    private static bool TryAgree(IRandom random, ReadOnlySpan<PathHop> path, Span<byte> element, Span<byte> headerKeys, Span<byte> payloadKeys)
    {
        Span<byte> scalar = stackalloc byte[X25519Blinding.ScalarSize];
        Span<byte> secret = stackalloc byte[X25519PublicKey.Size];
        Span<byte> hop = stackalloc byte[HopKeys.Size];
        try
        {
            random.Fill(scalar);
            using (var own = X25519PrivateKey.FromBytes(scalar))
                own.PublicKey.CopyTo(element);
            for (var i = 0; i < path.Length; i++)
            {
                if (!X25519Blinding.TryMultiply(path[i].Key, scalar, out var shared))
                    return false;
                shared.CopyTo(secret);
                HopKeys.DeriveHeader(secret, headerKeys.Slice(i * HopKeys.Size, HopKeys.Size));
                HopKeys.DeriveHop(secret, hop);
                HopKeys.DerivePayload(secret, payloadKeys.Slice(i * HopKeys.KeySize, HopKeys.KeySize));
                X25519Blinding.Combine(scalar, hop[..HopKeys.KeySize]);
            }

            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(scalar);
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(hop);
        }
    }

    // §3.2, the β and γ of each node, from the last to the first.
    private static void WriteLayers(
        IRandom random, ReadOnlySpan<PathHop> path, HopCommand end, Span<byte> endPlace, ReadOnlySpan<byte> tail, Span<byte> header, ReadOnlySpan<byte> headerKeys)
    {
        const int Routing = SphinxFormat.RoutingSize;
        const int Layer = SphinxFormat.LayerSize;
        var mac = header.Slice(SphinxFormat.MacAt, SphinxFormat.MacSize);
        var routing = header.Slice(SphinxFormat.RoutingAt, Routing);
        var last = path.Length - 1;

        // What each node but the last puts behind, seen by the last: the layers that it does not read begin with noise of the sender and end with this.
        Span<byte> filler = stackalloc byte[Routing];
        Span<byte> stream = stackalloc byte[Routing + Layer];
        // What all nodes but the last put over what only the last one reads.
        Span<byte> over = stackalloc byte[Routing];
        over.Clear();
        var fillerSize = 0;
        for (var i = 0; i < last; i++)
        {
            stream.Clear();
            HopKeys.ApplyStream(StreamKey(headerKeys, i), stream);
            filler.Slice(fillerSize, Layer).Clear();
            fillerSize += Layer;
            Xor(filler[..fillerSize], stream[^fillerSize..]);
            Xor(over[..(Routing - (last * Layer))], stream[((last - i) * Layer)..]);
        }

        var own = routing[..(Routing - fillerSize)];
        own[..Layer].Clear();
        own[SphinxFormat.CommandAt] = (byte)end;
        BinaryPrimitives.WriteUInt16BigEndian(own[SphinxFormat.DelayAt..], Delay(path[last]));
        if (tail.IsEmpty)
        {
            endPlace.CopyTo(own[SphinxFormat.PlaceAt..]);
            // Random, or the last node would see how long the path was.
            random.Fill(own[Layer..]);
            HopKeys.ApplyStream(StreamKey(headerKeys, last), own);
        }
        else
        {
            random.Fill(own[SphinxFormat.PlaceAt..]);
            HopKeys.ApplyStream(StreamKey(headerKeys, last), own);
            var ending = own[^tail.Length..];
            tail.CopyTo(ending);
            Xor(ending, over.Slice(own.Length - tail.Length, tail.Length));
            var opened = stream[..own.Length];
            own.CopyTo(opened);
            HopKeys.ApplyStream(StreamKey(headerKeys, last), opened);
            opened.Slice(SphinxFormat.PlaceAt, endPlace.Length).CopyTo(endPlace);
        }

        filler[..fillerSize].CopyTo(routing[own.Length..]);
        Blake2b.Hash(MacKey(headerKeys, last), routing, mac);

        Span<byte> inner = stackalloc byte[Routing - Layer];
        for (var i = last - 1; i >= 0; i--)
        {
            routing[..^Layer].CopyTo(inner);
            routing[SphinxFormat.CommandAt] = (byte)path[i + 1].Address.Kind;
            BinaryPrimitives.WriteUInt16BigEndian(routing[SphinxFormat.DelayAt..], Delay(path[i]));
            path[i + 1].Address.WritePlace(routing.Slice(SphinxFormat.PlaceAt, HopAddress.PlaceSize));
            routing[SphinxFormat.NextHintAt] = SphinxFormat.HintOf(path[i + 1].Key);
            mac.CopyTo(routing[SphinxFormat.NextMacAt..]);
            inner.CopyTo(routing[Layer..]);
            HopKeys.ApplyStream(StreamKey(headerKeys, i), routing);
            Blake2b.Hash(MacKey(headerKeys, i), routing, mac);
        }
    }

    // As many bytes as the first has.
    private static void Xor(Span<byte> into, ReadOnlySpan<byte> with)
    {
        for (var i = 0; i < into.Length; i++)
            into[i] ^= with[i];
    }

    private static ReadOnlySpan<byte> MacKey(ReadOnlySpan<byte> headerKeys, int hop) => headerKeys.Slice(hop * HopKeys.Size, HopKeys.KeySize);

    private static ReadOnlySpan<byte> StreamKey(ReadOnlySpan<byte> headerKeys, int hop) => headerKeys.Slice((hop * HopKeys.Size) + HopKeys.KeySize, HopKeys.KeySize);

    private static ushort Delay(in PathHop hop) => (ushort)Math.Clamp(hop.Delay, 0, SphinxFormat.MaxDelay);
}
