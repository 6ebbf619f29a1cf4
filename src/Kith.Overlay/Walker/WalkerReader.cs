using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Walker;

/// <summary>
/// Reads the four messages. What App-to-app communicator cannot do without must be there and of its type, or the message is refused: its own classes would fail. Keys that are
/// unknown are passed over. An address that is no literal, as in "localhost", is nobody's: it is never resolved.
/// </summary>
internal static class WalkerReader
{
    /// <summary>Largest datagram that is read: what the seed's buffer holds.</summary>
    public const int MaxDatagram = 2048;

    /// <summary>Most peers in one message; more and it is refused.</summary>
    public const int MaxPex = 64;

    /// <summary>Shortest peer id: the seed shows the first four characters and fails on fewer.</summary>
    public const int MinPeerId = 4;

    /// <summary>Longest peer id; the seed's have 8 characters.</summary>
    public const int MaxPeerId = 36;

    private const int MaxOperator = 128;
    private const int MaxVersion = 16;

    [Flags]
    private enum Fields
    {
        None = 0,
        Type = 1,
        PeerId = 1 << 1,
        Destination = 1 << 2,
        ConnectionType = 1 << 3,
        NetworkOperator = 1 << 4,
        InternalSource = 1 << 5,
        Invitee = 1 << 6,
        Pex = 1 << 7,
        Source = 1 << 8,
        PuncturePeer = 1 << 9,
        Token = 1 << 10,
        Echo = 1 << 11,
        Wanted = 1 << 12,
        Version = 1 << 13,
        ServesRelay = 1 << 14,
        Always = Type | PeerId | Destination,
    }

    /// <summary>Reads a whole datagram.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out WalkerMessage message)
    {
        message = default;
        var read = default(WalkerMessage);
        var reader = new BencodeReader(datagram);
        if (datagram.Length > MaxDatagram || !reader.TryReadDictionary())
            return false;
        var seen = Fields.None;
        while (reader.Next == BencodeKind.Bytes)
        {
            if (!reader.TryReadBytes(out var key))
                return false;
            var field = FieldOf(key);
            // A key that stands twice means one thing to one reader and another to the next.
            if ((seen & field) != Fields.None || !(field == Fields.None ? reader.TrySkip() : TryReadField(ref reader, field, ref read)))
                return false;
            seen |= field;
        }

        var needed = NeededBy(read.Type);
        message = read;
        message.Size = datagram.Length;
        return reader.TryReadEnd() && reader.IsAtEnd && (seen & needed) == needed;
    }

    /// <summary>Reads the next of <see cref="WalkerMessage.Pex"/>; false at the end.</summary>
    public static bool TryReadNext(scoped ref BencodeReader pex, out PeerEntry entry, out bool usable)
    {
        usable = false;
        entry = default;
        return !pex.IsAtEnd && TryReadEntry(ref pex, out entry, out usable);
    }

    /// <summary>Whether an id may be kept and passed on: printable ASCII of a length that no peer fails on.</summary>
    public static bool IsPeerId(ReadOnlySpan<byte> id) => id.Length is >= MinPeerId and <= MaxPeerId && !id.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    private static Fields FieldOf(ReadOnlySpan<byte> key) => key switch
    {
        _ when key.SequenceEqual("type"u8) => Fields.Type,
        _ when key.SequenceEqual("peer_id"u8) => Fields.PeerId,
        _ when key.SequenceEqual("destination"u8) => Fields.Destination,
        _ when key.SequenceEqual("connection_type"u8) => Fields.ConnectionType,
        _ when key.SequenceEqual("network_operator"u8) => Fields.NetworkOperator,
        _ when key.SequenceEqual("internal_source"u8) => Fields.InternalSource,
        _ when key.SequenceEqual("invitee"u8) => Fields.Invitee,
        _ when key.SequenceEqual("pex"u8) => Fields.Pex,
        _ when key.SequenceEqual("source"u8) => Fields.Source,
        _ when key.SequenceEqual("puncture_peer"u8) => Fields.PuncturePeer,
        _ when key.SequenceEqual("kt"u8) => Fields.Token,
        _ when key.SequenceEqual("ke"u8) => Fields.Echo,
        _ when key.SequenceEqual("kn"u8) => Fields.Wanted,
        _ when key.SequenceEqual("kr"u8) => Fields.ServesRelay,
        _ when key.SequenceEqual("kv"u8) => Fields.Version,
        _ => Fields.None,
    };

    private static Fields NeededBy(WalkerMessageType type) => type switch
    {
        WalkerMessageType.IntroductionRequest => Fields.Always | Fields.ConnectionType,
        WalkerMessageType.IntroductionResponse => Fields.Always | Fields.ConnectionType | Fields.InternalSource | Fields.Pex,
        WalkerMessageType.PunctureRequest => Fields.Always | Fields.Source | Fields.PuncturePeer,
        _ => Fields.Always | Fields.Source,
    };

    private static bool TryReadField(scoped ref BencodeReader reader, Fields field, ref WalkerMessage message)
    {
        switch (field)
        {
            case Fields.Type:
                if (!reader.TryReadInteger(out var type) || type is < 1 or > 4)
                    return false;
                message.Type = (WalkerMessageType)type;
                return true;
            case Fields.PeerId:
                return reader.TryReadBytes(out message.PeerId) && IsPeerId(message.PeerId);
            case Fields.Destination:
                if (!TryReadEntry(ref reader, out var destination, out var usable) || !usable)
                    return false;
                message.Destination = destination.Address;
                return true;
            case Fields.ConnectionType:
                return reader.TryReadInteger(out _);
            case Fields.NetworkOperator:
                return reader.TryReadBytes(out var name) && name.Length <= MaxOperator;
            case Fields.InternalSource or Fields.Source:
                return TryReadEntry(ref reader, out _, out _);
            case Fields.Invitee:
                return TryReadEntry(ref reader, out message.Invitee, out message.HasInvitee);
            case Fields.Pex:
                return TryReadPex(ref reader, ref message);
            case Fields.PuncturePeer:
                return TryReadEntry(ref reader, out message.PuncturePeer, out _);
            case Fields.Token:
                return reader.TryReadBytes(out message.Token) && message.Token.Length == AddressTokens.Size;
            case Fields.Echo:
                return reader.TryReadBytes(out message.Echo) && message.Echo.Length == AddressTokens.Size;
            case Fields.Wanted:
                if (!reader.TryReadInteger(out var wanted) || wanted < 0)
                    return false;
                message.Wanted = (int)Math.Min(wanted, MaxPex);
                return true;
            case Fields.ServesRelay:
                if (!reader.TryReadInteger(out var serves))
                    return false;
                message.ServesRelay = serves == 1;
                return true;
            default:
                message.SpeaksKith = reader.TryReadBytes(out var version) && version.Length <= MaxVersion;
                return message.SpeaksKith;
        }
    }

    private static bool TryReadPex(scoped ref BencodeReader reader, ref WalkerMessage message)
    {
        if (!reader.TryReadValue(out var list) || list[0] != 'l')
            return false;
        message.Pex = list[1..^1];
        var entries = new BencodeReader(message.Pex);
        for (var count = 0; !entries.IsAtEnd; count++)
        {
            if (count == MaxPex || !TryReadEntry(ref entries, out _, out _))
                return false;
        }

        return true;
    }

    // Both parts must be there and of their types; an address that is no literal, or a port that is none, makes it unusable only, as others pass on what they were told.
    private static bool TryReadEntry(scoped ref BencodeReader reader, out PeerEntry entry, out bool usable)
    {
        entry = default;
        usable = false;
        ReadOnlySpan<byte> address = default, peerId = default;
        long port = -1;
        var seen = Fields.None;
        if (!reader.TryReadDictionary())
            return false;
        while (reader.Next == BencodeKind.Bytes)
        {
            if (!reader.TryReadBytes(out var key))
                return false;
            var isAddress = key.SequenceEqual("address"u8);
            var isPort = key.SequenceEqual("port"u8);
            var field = isAddress ? Fields.Source : isPort ? Fields.Type : key.SequenceEqual("peer_id"u8) ? Fields.PeerId : Fields.None;
            if ((seen & field) != Fields.None)
                return false;
            seen |= field;
            var read = isPort ? reader.TryReadInteger(out port)
                : isAddress ? reader.TryReadBytes(out address)
                : field == Fields.PeerId ? reader.TryReadBytes(out peerId)
                : reader.TrySkip();
            if (!read)
                return false;
        }

        if (!reader.TryReadEnd() || (seen & (Fields.Source | Fields.Type)) != (Fields.Source | Fields.Type))
            return false;
        var endpoint = default(Endpoint);
        usable = port is > 0 and <= ushort.MaxValue && AddressText.TryParse(address, (ushort)port, out endpoint);
        entry = usable ? new PeerEntry(endpoint, IsPeerId(peerId) ? peerId : default) : default;
        return true;
    }
}
