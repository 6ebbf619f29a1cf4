using System.Buffers.Binary;
using System.Security.Cryptography;
using Kith.Crypto;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Replay;
using Kith.Transport;

namespace Kith.Forwarding.Sphinx;

/// <summary>
/// What a node does to a packet: Danezis and Goldberg 2009, §3.6, in an order in which a packet that is refused costs one key agreement at most (docs/protocol/forwarding.md, "Processing"). For any thread.
/// </summary>
public static class PacketProcessor
{
    /// <summary>Processes a packet in its place.</summary>
    /// <param name="keys">The node's keys.</param>
    /// <param name="packet">What came. Of a refused packet nothing may be used any more; of a forwarded one it is the next packet; else the last <see cref="SphinxFormat.PayloadSize"/> bytes are its payload.</param>
    public static ProcessedPacket Process(ForwardingKeys keys, Span<byte> packet)
    {
        var refusal = TryFindKey(keys, packet, out var key);
        return refusal == PacketRefusal.None ? Process(key!, packet) : ProcessedPacket.Refused(refusal);
    }

    /// <summary>What can be said of a packet for nothing; <see cref="PacketRefusal.None"/> where only the key agreement says more.</summary>
    public static PacketRefusal TryFindKey(ForwardingKeys keys, ReadOnlySpan<byte> packet, out ForwardingKey? key)
    {
        key = null;
        if (packet.Length != SphinxFormat.PacketSize)
            return PacketRefusal.WrongSize;
        if (packet[0] != SphinxFormat.Version)
            return PacketRefusal.WrongVersion;
        return keys.TryFind(packet[SphinxFormat.HeaderAt + SphinxFormat.HintAt], out key) ? PacketRefusal.None : PacketRefusal.UnknownKey;
    }

    /// <summary>Processes a packet in its place under the key that <see cref="TryFindKey"/> found.</summary>
    public static ProcessedPacket Process(ForwardingKey key, Span<byte> packet)
    {
        var header = packet.Slice(SphinxFormat.HeaderAt, SphinxFormat.HeaderSize);
        _ = X25519PublicKey.TryParse(header.Slice(SphinxFormat.ElementAt, X25519PublicKey.Size), out var element);
        Span<byte> secret = stackalloc byte[X25519PrivateKey.SharedSize];
        Span<byte> headerKeys = stackalloc byte[HopKeys.Size];
        Span<byte> hop = stackalloc byte[HopKeys.Size];
        try
        {
            if (!key.Key.TryAgree(element, secret))
                return ProcessedPacket.Refused(PacketRefusal.SmallOrder);
            // The MAC before all else: nothing of an altered packet is read, and no tag of it is noted.
            HopKeys.DeriveHeader(secret, headerKeys);
            var routing = header.Slice(SphinxFormat.RoutingAt, SphinxFormat.RoutingSize);
            if (!Blake2b.Verify(headerKeys[..HopKeys.KeySize], routing, header.Slice(SphinxFormat.MacAt, SphinxFormat.MacSize)))
                return ProcessedPacket.Refused(PacketRefusal.BadMac);
            HopKeys.DeriveHop(secret, hop);
            var refusal = Note(key.Tags, hop.Slice(HopKeys.KeySize, HopKeys.TagSize));
            if (refusal != PacketRefusal.None)
                return ProcessedPacket.Refused(refusal);
            Span<byte> layers = stackalloc byte[SphinxFormat.RoutingSize + SphinxFormat.LayerSize];
            layers[SphinxFormat.RoutingSize..].Clear();
            routing.CopyTo(layers);
            HopKeys.ApplyStream(headerKeys[HopKeys.KeySize..], layers);
            if (!TryReadLayer(layers[..SphinxFormat.LayerSize], out var processed))
                return ProcessedPacket.Refused(PacketRefusal.BadLayer);
            if (processed.Command != HopCommand.Reply)
                DecryptPayload(secret, packet[SphinxFormat.PayloadAt..]);
            if (processed.Command == HopCommand.Message && !SphinxPayload.TryReadBody(packet[SphinxFormat.PayloadAt..], out _))
                return ProcessedPacket.Refused(PacketRefusal.BadPayload);
            if (processed.IsForwarded && !TryWriteNext(header, element, hop[..HopKeys.KeySize], layers))
                return ProcessedPacket.Refused(PacketRefusal.SmallOrder);
            return processed;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(headerKeys);
            CryptographicOperations.ZeroMemory(hop);
        }
    }

    private static PacketRefusal Note(ReplayTags tags, ReadOnlySpan<byte> tag) => tags.TryNote(BinaryPrimitives.ReadUInt64LittleEndian(tag)) switch
    {
        TagOutcome.Noted => PacketRefusal.None,
        TagOutcome.Known => PacketRefusal.Replayed,
        TagOutcome.Full => PacketRefusal.TagsFull,
        _ => PacketRefusal.TagsFailed,
    };

    // What a layer does not use is zero: a sender has one way to say a thing. But for a reply's, which its maker reads alone, and whose rest is whatever let the block be short.
    private static bool TryReadLayer(ReadOnlySpan<byte> layer, out ProcessedPacket processed)
    {
        processed = default;
        var command = (HopCommand)layer[SphinxFormat.CommandAt];
        int delay = BinaryPrimitives.ReadUInt16BigEndian(layer[SphinxFormat.DelayAt..]);
        var place = layer.Slice(SphinxFormat.PlaceAt, HopAddress.PlaceSize);
        if (command is HopCommand.ForwardToEndpoint or HopCommand.ForwardOverSession)
        {
            if (!HopAddress.TryRead((HopAddressKind)command, place, out var next))
                return false;
            processed = ProcessedPacket.Forwarded(command, delay, next);
            return true;
        }

        var used = command == HopCommand.Meet ? NodeHandle.Size : 0;
        if (command != HopCommand.Reply && layer[(SphinxFormat.PlaceAt + used)..].ContainsAnyExcept((byte)0))
            return false;
        switch (command)
        {
            case HopCommand.Meet:
                _ = NodeHandle.TryRead(place[..NodeHandle.Size], out var handle);
                processed = ProcessedPacket.Met(delay, handle);
                return true;
            case HopCommand.Message:
                processed = ProcessedPacket.Message();
                return true;
            case HopCommand.Reply:
                processed = ProcessedPacket.Replied(ReplyId.Read(place));
                return true;
            default:
                return false;
        }
    }

    private static void DecryptPayload(ReadOnlySpan<byte> secret, Span<byte> payload)
    {
        Span<byte> key = stackalloc byte[HopKeys.KeySize];
        HopKeys.DerivePayload(secret, key);
        Lioness.Decrypt(key, payload);
        CryptographicOperations.ZeroMemory(key);
    }

    // §3.6: α' = α^b, the next MAC, and the layers moved up with what the stream has behind them.
    private static bool TryWriteNext(Span<byte> header, X25519PublicKey element, ReadOnlySpan<byte> blinding, ReadOnlySpan<byte> layers)
    {
        if (!X25519Blinding.TryMultiply(element, blinding, out var next))
            return false;
        header[SphinxFormat.HintAt] = layers[SphinxFormat.NextHintAt];
        next.CopyTo(header[SphinxFormat.ElementAt..]);
        layers.Slice(SphinxFormat.NextMacAt, SphinxFormat.MacSize).CopyTo(header[SphinxFormat.MacAt..]);
        layers[SphinxFormat.LayerSize..].CopyTo(header[SphinxFormat.RoutingAt..]);
        return true;
    }
}
