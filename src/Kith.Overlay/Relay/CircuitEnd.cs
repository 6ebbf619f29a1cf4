using System.Buffers.Binary;
using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>One end of a circuit that this node uses. What changes belongs to <see cref="RelayClient"/> or, where it says so, to <see cref="CircuitTable"/>.</summary>
internal sealed class CircuitEnd(Endpoint relay, ulong id, byte[] key, bool isIncoming, long now)
{
    /// <summary>Where the relay is.</summary>
    public Endpoint Relay { get; } = relay;

    /// <summary>The id that the relay gave this end.</summary>
    public ulong Id { get; } = id;

    /// <summary>What proves that we are this end.</summary>
    public byte[] Key { get; } = key;

    /// <summary>Whether somebody else asked for it.</summary>
    public bool IsIncoming { get; } = isIncoming;

    /// <summary>The endpoint that stands for it.</summary>
    public Endpoint Path { get; set; }

    /// <summary>The relay's token for our address; zeroes until it gave one.</summary>
    public byte[] Token { get; } = new byte[Walker.AddressTokens.Size];

    /// <summary>Of the last Keep.</summary>
    public ulong Counter { get; set; }

    /// <summary>When the relay's time is over.</summary>
    public long EndsAt { get; set; }

    /// <summary>When a Keep is due.</summary>
    public long NextKeep { get; set; } = now;

    /// <summary>Since when no Keep was answered; null when the last one was.</summary>
    public long? AskedAt { get; set; }

    /// <summary>The pause after the next Keep that is not answered.</summary>
    public long Retry { get; set; } = RelayLimits.FirstRetry;

    /// <summary>When something went in or out last. The table's.</summary>
    public long UsedAt { get; set; } = now;

    /// <summary>When something came by it last: then the relay is there, whatever became of a Keep. The table's.</summary>
    public long HeardAt { get; set; } = now;

    /// <summary>When the relay was last heard to say that we are elsewhere.</summary>
    public long MovedAt { get; set; } = long.MinValue;

    /// <summary>Writes the data packet that carries a packet; <paramref name="destination"/> has room for <see cref="RelayLimits.DataHeaderSize"/> more.</summary>
    public Span<byte> Wrap(ReadOnlySpan<byte> packet, Span<byte> destination)
    {
        destination[0] = RelayLimits.DataByte;
        BinaryPrimitives.WriteUInt64BigEndian(destination[1..], Id);
        packet.CopyTo(destination[RelayLimits.DataHeaderSize..]);
        return destination[..(RelayLimits.DataHeaderSize + packet.Length)];
    }
}
