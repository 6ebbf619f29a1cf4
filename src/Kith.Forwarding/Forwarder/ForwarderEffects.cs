using Kith.Forwarding.Sphinx;
using Kith.Transport;

namespace Kith.Forwarding.Forwarder;

/// <summary>What a call of the core led to, in order. The arrays are whoever takes them.</summary>
public sealed class ForwarderEffects
{
    /// <summary>Packets to send now.</summary>
    public List<PacketToSend> Send { get; } = [];

    /// <summary>Payloads for who has a handle here.</summary>
    public List<MetPayload> Met { get; } = [];

    /// <summary>Bodies for this node, <see cref="SphinxFormat.BodySize"/> bytes.</summary>
    public List<byte[]> Messages { get; } = [];

    /// <summary>Payloads that came by reply blocks, still to be opened.</summary>
    public List<RepliedPayload> Replies { get; } = [];

    /// <summary>A key is full: <see cref="Keys.ForwardingKeys.Advance"/> replaces it.</summary>
    public bool IsKeySpent { get; set; }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Send.Clear();
        Met.Clear();
        Messages.Clear();
        Replies.Clear();
        IsKeySpent = false;
    }
}

/// <summary>A packet to send now.</summary>
/// <param name="Next">Where to.</param>
/// <param name="Packet"><see cref="SphinxFormat.PacketSize"/> bytes.</param>
public readonly record struct PacketToSend(HopAddress Next, byte[] Packet);

/// <summary>What came for a handle.</summary>
/// <param name="Handle">The handle.</param>
/// <param name="Payload"><see cref="SphinxFormat.PayloadSize"/> bytes; only the handle's owner can open them.</param>
public readonly record struct MetPayload(NodeHandle Handle, byte[] Payload);

/// <summary>What came by a reply block.</summary>
/// <param name="Id">Which one; the <see cref="ReplyBook{T}"/> knows it.</param>
/// <param name="Payload"><see cref="SphinxFormat.PayloadSize"/> bytes.</param>
public readonly record struct RepliedPayload(ReplyId Id, byte[] Payload);
