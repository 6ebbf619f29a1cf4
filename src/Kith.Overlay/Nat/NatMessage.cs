using Kith.Overlay.Walker;
using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Nat;

/// <summary>What a datagram of this protocol is (its <c>nat</c>).</summary>
internal enum NatMessageType
{
    /// <summary>Asks where it is seen from, and perhaps for probes.</summary>
    Request = 1,

    /// <summary>Says so.</summary>
    Response = 2,

    /// <summary>Shows by its arrival who is let in.</summary>
    Probe = 3,

    /// <summary>Asks a third party to send a probe.</summary>
    Order = 4,

    /// <summary>Sent to our own outer endpoint.</summary>
    Hairpin = 5,
}

/// <summary>What a request asks for besides the answer.</summary>
[Flags]
internal enum NatAsk
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A probe from the alternate port.</summary>
    Alternate = 1,

    /// <summary>A probe from somebody else.</summary>
    Third = 2,
}

/// <summary>
/// A datagram of docs/protocol/nat.md: one dictionary of <c>alt</c>, <c>ask</c>, <c>echo</c>, <c>nat</c>, <c>nonce</c>, <c>port</c>, <c>seen</c>, <c>third</c>, <c>to</c> and <c>token</c>,
/// of which <c>nat</c> and <c>nonce</c> are in all.
/// </summary>
internal ref struct NatMessage
{
    /// <summary>What it is.</summary>
    public NatMessageType Type { get; set; }

    /// <summary>Eight random bytes of the asker, in all that follows from its request.</summary>
    public ReadOnlySpan<byte> Nonce { get; set; }

    /// <summary>The sender's alternate port; 0 for none.</summary>
    public ushort Alternate { get; set; }

    /// <summary>What is asked for.</summary>
    public NatAsk Ask { get; set; }

    /// <summary>The receiver's token for the sender's address, or for <see cref="Port"/> of it; empty for none.</summary>
    public ReadOnlySpan<byte> Echo { get; set; }

    /// <summary>The port of the sender's address that the probe shall go to; 0 for where the request comes from.</summary>
    public ushort Port { get; set; }

    /// <summary>Where the request came from.</summary>
    public Endpoint? Seen { get; set; }

    /// <summary>Who was asked for a probe.</summary>
    public Endpoint? Third { get; set; }

    /// <summary>Whom to probe.</summary>
    public Endpoint? To { get; set; }

    /// <summary>The sender's token for the receiver's address; empty for none.</summary>
    public ReadOnlySpan<byte> Token { get; set; }

    /// <summary>Reads a datagram; false for anything too long, not whole, with a key twice or of the wrong type, or without what its type needs. Unknown keys are passed over.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out NatMessage message)
    {
        message = default;
        var read = default(NatMessage);
        var reader = new BencodeReader(datagram);
        if (datagram.Length > NatLimits.MaxDatagram || !reader.TryReadDictionary())
            return false;
        var seen = 0;
        while (!reader.TryReadEnd())
        {
            if (!reader.TryReadBytes(out var key))
                return false;
            var field = FieldOf(key);
            if (field == 0 ? !reader.TrySkip() : (seen & field) != 0 || !TryReadField(ref reader, field, ref read))
                return false;
            seen |= field;
        }

        message = read;
        return reader.IsAtEnd && read.IsWhole();
    }

    /// <summary>Writes the datagram; returns its bytes.</summary>
    /// <param name="destination">At least <see cref="NatLimits.MaxDatagram"/> bytes.</param>
    public readonly ReadOnlySpan<byte> Write(Span<byte> destination)
    {
        var writer = new BencodeWriter(destination);
        writer.BeginDictionary();
        if (Alternate != 0)
            writer.WriteEntry("alt"u8, Alternate);
        if (Ask != NatAsk.None)
            writer.WriteEntry("ask"u8, (int)Ask);
        if (!Echo.IsEmpty)
            writer.WriteEntry("echo"u8, Echo);
        writer.WriteEntry("nat"u8, (int)Type);
        writer.WriteEntry("nonce"u8, Nonce);
        if (Port != 0)
            writer.WriteEntry("port"u8, Port);
        WriteEndpoint(ref writer, "seen"u8, Seen);
        WriteEndpoint(ref writer, "third"u8, Third);
        WriteEndpoint(ref writer, "to"u8, To);
        if (!Token.IsEmpty)
            writer.WriteEntry("token"u8, Token);
        writer.End();
        return writer.Overflowed ? default : destination[..writer.Length];
    }

    private static void WriteEndpoint(ref BencodeWriter writer, ReadOnlySpan<byte> key, Endpoint? endpoint)
    {
        if (endpoint is not { } one)
            return;
        Span<byte> compact = stackalloc byte[Endpoint.CompactSize6];
        writer.WriteEntry(key, compact[..one.WriteCompact(compact)]);
    }

    private static int FieldOf(ReadOnlySpan<byte> key) => key switch
    {
        _ when key.SequenceEqual("alt"u8) => 1 << 0,
        _ when key.SequenceEqual("ask"u8) => 1 << 1,
        _ when key.SequenceEqual("echo"u8) => 1 << 2,
        _ when key.SequenceEqual("nat"u8) => 1 << 3,
        _ when key.SequenceEqual("nonce"u8) => 1 << 4,
        _ when key.SequenceEqual("port"u8) => 1 << 5,
        _ when key.SequenceEqual("seen"u8) => 1 << 6,
        _ when key.SequenceEqual("third"u8) => 1 << 7,
        _ when key.SequenceEqual("to"u8) => 1 << 8,
        _ when key.SequenceEqual("token"u8) => 1 << 9,
        _ => 0,
    };

    private static bool TryReadPort(scoped ref BencodeReader reader, out ushort port)
    {
        port = 0;
        if (!reader.TryReadInteger(out var number) || number is < 1 or > ushort.MaxValue)
            return false;
        port = (ushort)number;
        return true;
    }

    private static bool TryReadEndpoint(scoped ref BencodeReader reader, out Endpoint? endpoint)
    {
        endpoint = null;
        if (!reader.TryReadBytes(out var bytes) || !Endpoint.TryReadCompact(bytes, out var read) || read.Port == 0)
            return false;
        endpoint = read;
        return true;
    }

    private static bool TryReadField(scoped ref BencodeReader reader, int field, ref NatMessage message)
    {
        switch (field)
        {
            case 1 << 0 or 1 << 5:
                if (!TryReadPort(ref reader, out var port))
                    return false;
                (message.Alternate, message.Port) = field == 1 ? (port, message.Port) : (message.Alternate, port);
                return true;
            case 1 << 1:
                if (!reader.TryReadInteger(out var ask) || ask < 0)
                    return false;
                message.Ask = (NatAsk)(ask & (long)(NatAsk.Alternate | NatAsk.Third));
                return true;
            case 1 << 2:
                var hasEcho = reader.TryReadBytes(out var echo) && echo.Length == AddressTokens.Size;
                message.Echo = echo;
                return hasEcho;
            case 1 << 3:
                var hasType = reader.TryReadInteger(out var type) && type is >= (int)NatMessageType.Request and <= (int)NatMessageType.Hairpin;
                message.Type = (NatMessageType)type;
                return hasType;
            case 1 << 4:
                var hasNonce = reader.TryReadBytes(out var nonce) && nonce.Length == NatLimits.NonceSize;
                message.Nonce = nonce;
                return hasNonce;
            case 1 << 9:
                var hasToken = reader.TryReadBytes(out var token) && token.Length == AddressTokens.Size;
                message.Token = token;
                return hasToken;
            default:
                var isRead = TryReadEndpoint(ref reader, out var endpoint);
                (message.Seen, message.Third, message.To) = field switch
                {
                    1 << 6 => (endpoint, message.Third, message.To),
                    1 << 7 => (message.Seen, endpoint, message.To),
                    _ => (message.Seen, message.Third, endpoint),
                };
                return isRead;
        }
    }

    private readonly bool IsWhole() => !Nonce.IsEmpty && Type switch
    {
        NatMessageType.Request or NatMessageType.Probe or NatMessageType.Hairpin => true,
        NatMessageType.Response => Seen is not null,
        NatMessageType.Order => To is not null && !Echo.IsEmpty,
        _ => false,
    };
}
