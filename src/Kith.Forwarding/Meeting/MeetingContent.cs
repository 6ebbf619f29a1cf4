using System.Diagnostics.CodeAnalysis;
using Kith.Forwarding.Sending;
using Kith.Wire;

namespace Kith.Forwarding.Meeting;

/// <summary>What is inside of a body left at a meeting point: type (1) ‖ the rest ‖ zeroes.</summary>
public abstract record MeetingContent
{
    private const byte DummyType = 0;
    private const byte PieceType = 1;
    private const byte LoopType = 2;
    private const byte WholeType = 3;

    /// <summary>Reads one; false for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> content, [NotNullWhen(true)] out MeetingContent? read)
    {
        read = null;
        var reader = new WireReader(content);
        if (!reader.TryReadByte(out var type))
            return false;
        read = type switch
        {
            DummyType => new DummyContent(),
            PieceType => Piece.TryRead(reader.Remaining, out var piece) ? new PieceContent(piece.Value) : null,
            WholeType => Piece.TryReadWhole(reader.Remaining, out var whole) ? new PieceContent(whole.Value) : null,
            LoopType => reader.TryReadUInt64(out var number) ? new LoopContent(number) : null,
            _ => null,
        };
        return read is not null;
    }

    /// <summary>Writes it, without zeroes.</summary>
    public byte[] ToArray()
    {
        using var writer = new WireWriter(1024);
        switch (this)
        {
            case PieceContent { Piece.IsShortWhole: true } whole:
                writer.WriteByte(WholeType);
                whole.Piece.WriteWhole(writer);
                break;
            case PieceContent piece:
                writer.WriteByte(PieceType);
                piece.Piece.Write(writer);
                break;
            case LoopContent loop:
                writer.WriteByte(LoopType);
                writer.WriteUInt64(loop.Number);
                break;
            default:
                writer.WriteByte(DummyType);
                break;
        }

        return writer.ToArray();
    }
}

/// <summary>A piece of a message.</summary>
/// <param name="Piece">The piece.</param>
public sealed record PieceContent(Piece Piece) : MeetingContent
{
    /// <summary>Bytes in front of the piece.</summary>
    public const int Overhead = 1;
}

/// <summary>A packet that somebody sends to themselves.</summary>
/// <param name="Number">Which one.</param>
public sealed record LoopContent(ulong Number) : MeetingContent;

/// <summary>Nothing: there to be seen.</summary>
public sealed record DummyContent : MeetingContent;
