using System.Runtime.InteropServices;
using Kith.Transport;

namespace Kith.Forwarding.Sphinx;

/// <summary>What a node found in a packet, which holds by then what goes on: of one to be forwarded the next packet, of any other its payload at the end.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ProcessedPacket
{
    /// <summary>Why it goes no further; <see cref="PacketRefusal.None"/> when it does.</summary>
    public PacketRefusal Refusal { get; private init; }

    /// <summary>What the layer asks for.</summary>
    public HopCommand Command { get; private init; }

    /// <summary>How long the packet is to be kept first, milliseconds; of what is forwarded or met.</summary>
    public int Delay { get; private init; }

    /// <summary>Where it goes; of what is forwarded.</summary>
    public HopAddress Next { get; private init; }

    /// <summary>Whom it is for; of <see cref="HopCommand.Meet"/>.</summary>
    public NodeHandle Handle { get; private init; }

    /// <summary>Which reply block it came by; of <see cref="HopCommand.Reply"/>.</summary>
    public ReplyId Reply { get; private init; }

    /// <summary>Whether it goes to another node.</summary>
    public bool IsForwarded => Refusal == PacketRefusal.None && Command is HopCommand.ForwardToEndpoint or HopCommand.ForwardOverSession;

    internal static ProcessedPacket Refused(PacketRefusal refusal) => new() { Refusal = refusal };

    internal static ProcessedPacket Forwarded(HopCommand command, int delay, HopAddress next) => new() { Command = command, Delay = delay, Next = next };

    internal static ProcessedPacket Met(int delay, NodeHandle handle) => new() { Command = HopCommand.Meet, Delay = delay, Handle = handle };

    internal static ProcessedPacket Message() => new() { Command = HopCommand.Message };

    internal static ProcessedPacket Replied(ReplyId id) => new() { Command = HopCommand.Reply, Reply = id };
}
