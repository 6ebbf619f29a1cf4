using System.Diagnostics.CodeAnalysis;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Meeting;

/// <summary>What a packet that ends at a forwarder asks of it (docs/protocol/paths.md, "Service by packets"): type (1) ‖ the rest ‖ zeroes. Who asks is not known.</summary>
public abstract record ServiceMessage
{
    /// <summary>The most that an answer may say, bytes.</summary>
    public const int MaxContent = 256;

    /// <summary>Reply blocks that are laid by one packet, at most: so many of any size have room.</summary>
    public const int MaxBlocks = 2;

    private const byte DummyType = 0;
    private const byte StockType = 1;
    private const byte ReplyType = 2;
    private const byte ForgetType = 3;

    /// <summary>Reads one; false for anything else.</summary>
    /// <param name="body">The packet's body.</param>
    /// <param name="message">What it asks.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, [NotNullWhen(true)] out ServiceMessage? message)
    {
        message = null;
        var reader = new WireReader(body);
        if (!reader.TryReadByte(out var type))
            return false;
        switch (type)
        {
            case DummyType:
                message = new DummyMessage();
                return true;
            case StockType when TryReadSecret(ref reader, out var secret) && TryReadBlocks(ref reader, out var blocks):
                message = new StockMessage(secret, blocks);
                return true;
            case ReplyType when TryReadBlock(ref reader, out var block) && reader.TryReadUInt16(out var length) && length <= MaxContent && reader.TryReadBytes(length, out var content):
                message = new ReplyMessage(block, content.ToArray());
                return true;
            case ForgetType when TryReadSecret(ref reader, out var secret):
                message = new ForgetMessage(secret);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes it, without zeroes.</summary>
    public byte[] ToArray()
    {
        using var writer = new WireWriter(SphinxFormat.BodySize);
        switch (this)
        {
            case DummyMessage:
                writer.WriteByte(DummyType);
                break;
            case StockMessage stock:
                writer.WriteByte(StockType);
                writer.WriteBytes(stock.Secret.Value.ToArray());
                writer.WriteByte((byte)stock.ReplyBlocks.Length);
                foreach (var block in stock.ReplyBlocks)
                    Write(writer, block);
                break;
            case ReplyMessage reply:
                writer.WriteByte(ReplyType);
                Write(writer, reply.ReplyBlock);
                writer.WriteUInt16((ushort)reply.Content.Length);
                writer.WriteBytes(reply.Content.Span);
                break;
            case ForgetMessage forget:
                writer.WriteByte(ForgetType);
                writer.WriteBytes(forget.Secret.Value.ToArray());
                break;
            default:
                throw new InvalidOperationException("nothing that a forwarder does");
        }

        return writer.ToArray();
    }

    private static void Write(WireWriter writer, ReadOnlyMemory<byte> block)
    {
        writer.WriteUInt16((ushort)block.Length);
        writer.WriteBytes(block.Span);
    }

    private static bool TryReadBlocks(ref WireReader reader, out ReadOnlyMemory<byte>[] blocks)
    {
        blocks = [];
        if (!reader.TryReadByte(out var count) || count is 0 or > MaxBlocks)
            return false;
        blocks = new ReadOnlyMemory<byte>[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryReadBlock(ref reader, out blocks[i]))
                return false;
        }

        return true;
    }

    private static bool TryReadBlock(ref WireReader reader, out ReadOnlyMemory<byte> block)
    {
        block = default;
        if (!reader.TryReadUInt16(out var length) || !ReplyBlock.IsSize(length) || !reader.TryReadBytes(length, out var bytes))
            return false;
        block = bytes.ToArray();
        return true;
    }

    private static bool TryReadSecret(ref WireReader reader, out MeetingSecret secret)
    {
        secret = default;
        if (!reader.TryReadBytes(NodeHandle.Size, out var bytes) || !NodeHandle.TryRead(bytes, out var value))
            return false;
        secret = new MeetingSecret(value);
        return true;
    }
}

/// <summary>Nothing: there to be seen.</summary>
public sealed record DummyMessage : ServiceMessage;

/// <summary>Leaves reply blocks at a handle, by each of which one packet for it goes on.</summary>
/// <param name="Secret">What the handle is made of.</param>
/// <param name="ReplyBlocks">1 to <see cref="ServiceMessage.MaxBlocks"/> blocks.</param>
public sealed record StockMessage(MeetingSecret Secret, params ReadOnlyMemory<byte>[] ReplyBlocks) : ServiceMessage;

/// <summary>Sends content by a reply block: for whoever must not be seen by the first forwarder of a block that somebody else made.</summary>
/// <param name="ReplyBlock">The block.</param>
/// <param name="Content">At most <see cref="ServiceMessage.MaxContent"/> bytes.</param>
public sealed record ReplyMessage(ReadOnlyMemory<byte> ReplyBlock, ReadOnlyMemory<byte> Content) : ServiceMessage;

/// <summary>Gives a handle up.</summary>
/// <param name="Secret">What it is made of.</param>
public sealed record ForgetMessage(MeetingSecret Secret) : ServiceMessage;
