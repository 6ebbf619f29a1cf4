using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Forwarding.Sending;

/// <summary>
/// One packet's share of an envelope, as its receiver reads it: id (16) ‖ index (2) ‖ count (2) ‖ length (2) of the reply block, 0 for none ‖ reply block ‖ length (2) ‖ bytes (docs/protocol/paths.md, "Sending"). The reply
/// block, by which the receiver acknowledges, is in the first alone, which therefore holds less: so the cut is the same over every path and in every attempt, and pieces of several fit together. An envelope of the smallest size fits
/// one packet beside a reply block of the shortest, whole, with nothing around them.
/// </summary>
/// <param name="Id">The message, drawn by the sender for this envelope.</param>
/// <param name="Index">Which piece.</param>
/// <param name="Count">Of how many.</param>
/// <param name="ReplyBlock">In the first: what the acknowledgement goes by.</param>
/// <param name="Bytes">What of the envelope is in it.</param>
public readonly record struct Piece(MessageId Id, int Index, int Count, ReadOnlyMemory<byte> ReplyBlock, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Bytes around the share, without a reply block.</summary>
    public const int Overhead = MessageId.Size + 2 + 2 + 2 + 2;

    /// <summary>The size of an envelope that travels whole, the smallest that there is (envelope.md), bytes.</summary>
    public const int WholeSize = 512;

    /// <summary>Whether it is a whole envelope beside a reply block, and has the short form for that: reply block ‖ envelope.</summary>
    public bool IsShortWhole => Count == 1 && Bytes.Length == WholeSize && ReplyBlock.Length == Sphinx.ReplyBlock.ShortSize;

    /// <summary>The id of an envelope: what its receiver knows a repetition by.</summary>
    public static MessageId IdOf(ReadOnlySpan<byte> envelope)
    {
        Span<byte> id = stackalloc byte[MessageId.Size];
        Blake2b.Hash(IdLabel, envelope, id);
        return MessageId.FromBytes(id);
    }

    private static ReadOnlySpan<byte> IdLabel => "kith-forwarded-id-v1"u8;

    /// <summary>Cuts an envelope; null when it is too long.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="capacity">What a packet holds, bytes.</param>
    /// <param name="replyBlock">Bytes of a reply block.</param>
    public static ReadOnlyMemory<byte>[]? Cut(ReadOnlyMemory<byte> envelope, int capacity, int replyBlock)
    {
        if (envelope.Length > SendingLimits.MaxEnvelope)
            return null;
        var room = capacity - Overhead;
        var first = Math.Clamp(room - replyBlock, 0, envelope.Length);
        var pieces = new List<ReadOnlyMemory<byte>> { envelope[..first] };
        for (var at = first; at < envelope.Length; at += room)
            pieces.Add(envelope.Slice(at, Math.Min(room, envelope.Length - at)));
        return pieces.Count <= SendingLimits.MaxPieces ? [.. pieces] : null;
    }

    /// <summary>Writes it.</summary>
    public void Write(WireWriter writer)
    {
        writer.WriteMessageId(Id);
        writer.WriteUInt16((ushort)Index);
        writer.WriteUInt16((ushort)Count);
        writer.WriteUInt16((ushort)ReplyBlock.Length);
        writer.WriteBytes(ReplyBlock.Span);
        writer.WriteUInt16((ushort)Bytes.Length);
        writer.WriteBytes(Bytes.Span);
    }

    /// <summary>Writes the short form of a whole one.</summary>
    public void WriteWhole(WireWriter writer)
    {
        writer.WriteBytes(ReplyBlock.Span);
        writer.WriteBytes(Bytes.Span);
    }

    /// <summary>Reads the short form of a whole one; what follows is padding, which says nothing. False when it is too short.</summary>
    public static bool TryReadWhole(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Piece? piece)
    {
        piece = null;
        var reader = new WireReader(bytes);
        if (!reader.TryReadBytes(Sphinx.ReplyBlock.ShortSize, out var block) || !reader.TryReadBytes(WholeSize, out var envelope))
            return false;
        piece = new Piece(IdOf(envelope), 0, 1, block.ToArray(), envelope.ToArray());
        return true;
    }

    /// <summary>Reads one; what follows is padding, which says nothing. False for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Piece? piece)
    {
        piece = null;
        var reader = new WireReader(bytes);
        if (!reader.TryReadMessageId(out var id) || !reader.TryReadUInt16(out var index) || !reader.TryReadUInt16(out var count) || count is 0 or > SendingLimits.MaxPieces || index >= count
            || !reader.TryReadUInt16(out var reply) || (reply > 0 && index > 0) || !reader.TryReadBytes(reply, out var block)
            || !reader.TryReadUInt16(out var length) || !reader.TryReadBytes(length, out var share))
            return false;
        piece = new Piece(id, index, count, block.ToArray(), share.ToArray());
        return true;
    }
}
