using System.Buffers;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Meeting;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Service;

/// <summary>The frames of a stream of kind 6 (docs/protocol/paths.md, "Service"): type (1) ‖ length ‖ body.</summary>
public abstract record ServiceFrame
{
    /// <summary>The kind of the one stream that a session for forwarding begins with.</summary>
    public static readonly StreamKind StreamKind = new(6);

    /// <summary>What came of looking for a frame.</summary>
    public enum Status
    {
        /// <summary>One was taken.</summary>
        Taken,

        /// <summary>It has not come whole.</summary>
        More,

        /// <summary>It is none: the stream ends.</summary>
        Malformed,
    }

    private enum Kind : byte
    {
        List = 1,
        Listed = 2,
        Register = 3,
        Registered = 4,
        Forget = 5,
        Ping = 6,
        Pong = 7,
    }

    /// <summary>Takes the next frame off the front of what came.</summary>
    public static Status TryTake(ref ReadOnlySequence<byte> buffer, out ServiceFrame? frame)
    {
        frame = null;
        Span<byte> head = stackalloc byte[(int)Math.Min(1 + VarInt.MaxSize, buffer.Length)];
        buffer.Slice(0, head.Length).CopyTo(head);
        var reader = new WireReader(head);
        if (!reader.TryReadByte(out var kind) || !reader.TryReadVarInt(out var length))
            return head.Length > VarInt.MaxSize ? Status.Malformed : Status.More;
        if (length > MeetingLimits.MaxFrame)
            return Status.Malformed;
        if (buffer.Length - reader.Consumed < (long)length)
            return Status.More;
        frame = Read((Kind)kind, buffer.Slice(reader.Consumed, (long)length).ToArray());
        buffer = buffer.Slice(reader.Consumed + (long)length);
        return frame is null ? Status.Malformed : Status.Taken;
    }

    /// <summary>Writes it whole.</summary>
    public void Write(WireWriter writer)
    {
        using var body = new WireWriter();
        var kind = WriteBody(body);
        writer.WriteByte((byte)kind);
        writer.WriteLengthPrefixed(body.WrittenSpan);
    }

    private static ServiceFrame? Read(Kind kind, ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        ServiceFrame? frame = kind switch
        {
            Kind.List => reader.TryReadByte(out var most) ? new ListFrame(Math.Min((int)most, DirectoryLimits.MaxListed)) : null,
            Kind.Listed => ReadListed(ref reader),
            Kind.Register => TryReadHandle(ref reader, out var secret) ? new RegisterFrame(new MeetingSecret(secret)) : null,
            Kind.Registered => TryReadHandle(ref reader, out var handle) && reader.TryReadByte(out var taken) && taken <= 1 ? new RegisteredFrame(handle, taken == 1) : null,
            Kind.Forget => TryReadHandle(ref reader, out var secret) ? new ForgetFrame(new MeetingSecret(secret)) : null,
            Kind.Ping => reader.TryReadUInt64(out var value) ? new PingFrame(value) : null,
            Kind.Pong => reader.TryReadUInt64(out var value) ? new PongFrame(value) : null,
            _ => null,
        };
        return reader.IsAtEnd ? frame : null;
    }

    // A descriptor that does not hold is left out: whoever names it may have been deceived.
    private static ListedFrame? ReadListed(ref WireReader reader)
    {
        if (!reader.TryReadByte(out var isForwarder) || isForwarder > 1 || !reader.TryReadByte(out var count) || count > DirectoryLimits.MaxListed)
            return null;
        var descriptors = new List<ForwarderDescriptor>(count);
        var own = isForwarder == 1;
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadLengthPrefixed(ForwarderDescriptor.MaxSize, out var encoded))
                return null;
            if (ForwarderDescriptor.TryRead(encoded, out var descriptor))
                descriptors.Add(descriptor);
            else if (i == 0)
                own = false;
        }

        return new ListedFrame(own && descriptors.Count > 0, descriptors);
    }

    private static bool TryReadHandle(ref WireReader reader, out NodeHandle handle)
    {
        handle = default;
        return reader.TryReadBytes(NodeHandle.Size, out var bytes) && NodeHandle.TryRead(bytes, out handle);
    }

    private Kind WriteBody(WireWriter body)
    {
        switch (this)
        {
            case ListFrame list:
                body.WriteByte((byte)list.Most);
                return Kind.List;
            case ListedFrame listed:
                body.WriteByte(listed.IsFirstOwn ? (byte)1 : (byte)0);
                body.WriteByte((byte)listed.Descriptors.Count);
                foreach (var one in listed.Descriptors)
                    body.WriteLengthPrefixed(one.Encoded);
                return Kind.Listed;
            case RegisterFrame register:
                body.WriteBytes(register.Secret.Value.ToArray());
                return Kind.Register;
            case RegisteredFrame registered:
                body.WriteBytes(registered.Handle.ToArray());
                body.WriteByte(registered.IsTaken ? (byte)1 : (byte)0);
                return Kind.Registered;
            case ForgetFrame forget:
                body.WriteBytes(forget.Secret.Value.ToArray());
                return Kind.Forget;
            case PingFrame ping:
                body.WriteUInt64(ping.Value);
                return Kind.Ping;
            case PongFrame pong:
                body.WriteUInt64(pong.Value);
                return Kind.Pong;
            default:
                throw new InvalidOperationException("no frame of this stream");
        }
    }
}

/// <summary>Asks for descriptors.</summary>
/// <param name="Most">So many at most.</param>
public sealed record ListFrame(int Most) : ServiceFrame;

/// <summary>A random sample of descriptors.</summary>
/// <param name="IsFirstOwn">Whether the first is the answering node's own: it forwards.</param>
/// <param name="Descriptors">Those whose signatures hold.</param>
public sealed record ListedFrame(bool IsFirstOwn, IReadOnlyList<ForwarderDescriptor> Descriptors) : ServiceFrame;

/// <summary>Packets for a handle go over this session from now on.</summary>
/// <param name="Secret">What the handle is made of.</param>
public sealed record RegisterFrame(MeetingSecret Secret) : ServiceFrame;

/// <summary>Answers REGISTER.</summary>
/// <param name="Handle">The handle.</param>
/// <param name="IsTaken">False when there is no room.</param>
public sealed record RegisteredFrame(NodeHandle Handle, bool IsTaken) : ServiceFrame;

/// <summary>Gives a handle up.</summary>
/// <param name="Secret">What it is made of.</param>
public sealed record ForgetFrame(MeetingSecret Secret) : ServiceFrame;

/// <summary>Asks whether the node is there.</summary>
/// <param name="Value">Comes back.</param>
public sealed record PingFrame(ulong Value) : ServiceFrame;

/// <summary>Answers PING.</summary>
/// <param name="Value">What PING said.</param>
public sealed record PongFrame(ulong Value) : ServiceFrame;
