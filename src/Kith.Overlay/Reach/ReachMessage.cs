using System.Buffers.Binary;
using Kith.Overlay.Walker;
using Kith.Transport;
using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Reach;

/// <summary>
/// A message between node and introducer: a bencoded dictionary of the one key <c>reach</c>, whose value is a type and fields of fixed sizes. Reading refuses every other form and size.
/// </summary>
internal ref struct ReachMessage
{
    /// <summary>Bytes of what proves that somebody is the owner of a handle.</summary>
    public const int KeySize = 16;

    /// <summary>Bytes of a number that an answer repeats.</summary>
    public const int NumberSize = sizeof(ulong);

    /// <summary>The longest datagram of this form.</summary>
    public const int MaxDatagram = 600;

    private const int CallSize = NodeHandle.Size + NumberSize + SealedCall.CallSize;
    private const int AnswerSize = NodeHandle.Size + NumberSize + SealedCall.AnswerSize;
    private const int RegisteredSize = NumberSize + AddressTokens.Size + 1 + sizeof(ushort) + (3 * EndpointBytes.Size);

    /// <summary>What it says.</summary>
    public ReachMessageType Type { get; set; }

    /// <summary>What an answer repeats; in Call and CallRefused the caller's, in Calling and Answer the introducer's.</summary>
    public ulong Number { get; set; }

    /// <summary>Register, Unregister: the secret of which the handle is the hash.</summary>
    public ReadOnlySpan<byte> Key { get; set; }

    /// <summary>Register, Challenge, Registered, Unregister: the introducer's token for the node's address; zeroes for none.</summary>
    public ReadOnlySpan<byte> Token { get; set; }

    /// <summary>Register: bit 0, circuits are agreed to. Registered: bit 0, circuits are carried.</summary>
    public byte Flags { get; set; }

    /// <summary>Registered: how long it is kept, seconds.</summary>
    public ushort Seconds { get; set; }

    /// <summary>Registered: where the introducer sees the node.</summary>
    public Endpoint Seen { get; set; }

    /// <summary>Registered: the introducer's own IPv4 endpoint; default when it knows none.</summary>
    public Endpoint Own4 { get; set; }

    /// <summary>The same of IPv6.</summary>
    public Endpoint Own6 { get; set; }

    /// <summary>Call, Calling, Answer, Answered: whose.</summary>
    public NodeHandle Handle { get; set; }

    /// <summary>Call, Calling, Answer, Answered: what the introducer cannot read.</summary>
    public ReadOnlySpan<byte> Sealed { get; set; }

    /// <summary>Refused, CallRefused: why.</summary>
    public ReachRefusal Refusal { get; set; }

    /// <summary>Whether bit 0 of the flags is set.</summary>
    public readonly bool HasFlag => (Flags & 1) != 0;

    /// <summary>Reads a datagram; false for anything that is not exactly one of the messages.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out ReachMessage message)
    {
        message = default;
        var reader = new BencodeReader(datagram);
        if (datagram.Length > MaxDatagram || !reader.TryReadDictionary() || !reader.TryReadBytes(out var name) || !name.SequenceEqual("reach"u8)
            || !reader.TryReadBytes(out var body) || !reader.TryReadEnd() || !reader.IsAtEnd || body.IsEmpty)
            return false;
        message.Type = (ReachMessageType)body[0];
        return body.Length - 1 == SizeOf(message.Type) && message.TryReadFields(body[1..]);
    }

    /// <summary>Writes the datagram; returns its size.</summary>
    /// <param name="destination">At least <see cref="MaxDatagram"/> bytes.</param>
    public readonly int Write(Span<byte> destination)
    {
        Span<byte> body = stackalloc byte[1 + SizeOf(Type)];
        body.Clear();
        body[0] = (byte)Type;
        WriteFields(body[1..]);
        var writer = new BencodeWriter(destination);
        writer.BeginDictionary();
        writer.WriteEntry("reach"u8, body);
        writer.End();
        return writer.Overflowed ? 0 : writer.Length;
    }

    // Of the fields; more than any for a type that is not known.
    private static int SizeOf(ReachMessageType type) => type switch
    {
        ReachMessageType.Register => KeySize + AddressTokens.Size + NumberSize + 1,
        ReachMessageType.Challenge => NumberSize + AddressTokens.Size,
        ReachMessageType.Registered => RegisteredSize,
        ReachMessageType.Unregister => KeySize + AddressTokens.Size,
        ReachMessageType.Refused or ReachMessageType.CallRefused => NumberSize + 1,
        ReachMessageType.Call or ReachMessageType.Calling => CallSize,
        ReachMessageType.Answer or ReachMessageType.Answered => AnswerSize,
        _ => int.MaxValue,
    };

    private bool TryReadFields(ReadOnlySpan<byte> fields)
    {
        switch (Type)
        {
            case ReachMessageType.Register:
                Key = fields[..KeySize];
                Token = fields.Slice(KeySize, AddressTokens.Size);
                Number = BinaryPrimitives.ReadUInt64BigEndian(fields[(KeySize + AddressTokens.Size)..]);
                Flags = fields[^1];
                return true;
            case ReachMessageType.Challenge:
                Number = BinaryPrimitives.ReadUInt64BigEndian(fields);
                Token = fields[NumberSize..];
                return true;
            case ReachMessageType.Registered:
                return TryReadRegistered(fields);
            case ReachMessageType.Unregister:
                Key = fields[..KeySize];
                Token = fields[KeySize..];
                return true;
            case ReachMessageType.Refused or ReachMessageType.CallRefused:
                Number = BinaryPrimitives.ReadUInt64BigEndian(fields);
                Refusal = (ReachRefusal)fields[^1];
                return true;
            default:
                Handle = NodeHandle.TryRead(fields[..NodeHandle.Size], out var handle) ? handle : default;
                Number = BinaryPrimitives.ReadUInt64BigEndian(fields[NodeHandle.Size..]);
                Sealed = fields[(NodeHandle.Size + NumberSize)..];
                return true;
        }
    }

    private bool TryReadRegistered(ReadOnlySpan<byte> fields)
    {
        Number = BinaryPrimitives.ReadUInt64BigEndian(fields);
        Token = fields.Slice(NumberSize, AddressTokens.Size);
        fields = fields[(NumberSize + AddressTokens.Size)..];
        Flags = fields[0];
        Seconds = BinaryPrimitives.ReadUInt16BigEndian(fields[1..]);
        fields = fields[(1 + sizeof(ushort))..];
        Seen = EndpointBytes.Read(fields);
        Own4 = EndpointBytes.Read(fields[EndpointBytes.Size..]);
        Own6 = EndpointBytes.Read(fields[(2 * EndpointBytes.Size)..]);
        return (Own4 == default || Own4.IsIPv4) && !Own6.IsIPv4;
    }

    private readonly void WriteFields(Span<byte> fields)
    {
        switch (Type)
        {
            case ReachMessageType.Register:
                Key.CopyTo(fields);
                Token.CopyTo(fields[KeySize..]);
                BinaryPrimitives.WriteUInt64BigEndian(fields[(KeySize + AddressTokens.Size)..], Number);
                fields[^1] = Flags;
                break;
            case ReachMessageType.Challenge:
                BinaryPrimitives.WriteUInt64BigEndian(fields, Number);
                Token.CopyTo(fields[NumberSize..]);
                break;
            case ReachMessageType.Registered:
                BinaryPrimitives.WriteUInt64BigEndian(fields, Number);
                Token.CopyTo(fields[NumberSize..]);
                fields = fields[(NumberSize + AddressTokens.Size)..];
                fields[0] = Flags;
                BinaryPrimitives.WriteUInt16BigEndian(fields[1..], Seconds);
                fields = fields[(1 + sizeof(ushort))..];
                EndpointBytes.Write(Seen, fields);
                EndpointBytes.Write(Own4, fields[EndpointBytes.Size..]);
                EndpointBytes.Write(Own6, fields[(2 * EndpointBytes.Size)..]);
                break;
            case ReachMessageType.Unregister:
                Key.CopyTo(fields);
                Token.CopyTo(fields[KeySize..]);
                break;
            case ReachMessageType.Refused or ReachMessageType.CallRefused:
                BinaryPrimitives.WriteUInt64BigEndian(fields, Number);
                fields[^1] = (byte)Refusal;
                break;
            default:
                Handle.CopyTo(fields);
                BinaryPrimitives.WriteUInt64BigEndian(fields[NodeHandle.Size..], Number);
                Sealed.CopyTo(fields[(NodeHandle.Size + NumberSize)..]);
                break;
        }
    }
}
