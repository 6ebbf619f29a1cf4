using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>What of passing on is kept over a restart (docs/protocol/mailbox.md, "Chains"): the guards, so that no more nodes see our address than must.</summary>
/// <param name="Period">The period of the order that they were chosen by; in another they are chosen anew.</param>
/// <param name="Guards">Who they are.</param>
public sealed record SavedGuards(long Period, IReadOnlyList<Endpoint> Guards)
{
    private const byte Version = 1;

    /// <summary>Nobody.</summary>
    public static SavedGuards None { get; } = new(long.MinValue, []);

    /// <summary>As bytes, for an encrypted place.</summary>
    public byte[] ToArray()
    {
        using var writer = new WireWriter();
        writer.WriteByte(Version);
        writer.WriteUInt64((ulong)Period);
        writer.WriteByte((byte)Guards.Count);
        foreach (var guard in Guards)
        {
            writer.WriteUInt64(guard.High);
            writer.WriteUInt64(guard.Low);
            writer.WriteUInt16(guard.Port);
        }

        return writer.ToArray();
    }

    /// <summary>Reads it; false when it is not what <see cref="ToArray"/> wrote.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SavedGuards saved)
    {
        saved = None;
        var reader = new WireReader(bytes);
        if (!reader.TryReadByte(out var version) || version != Version || !reader.TryReadUInt64(out var period) || !reader.TryReadByte(out var count) || count > PassLimits.Guards)
            return false;
        var guards = new List<Endpoint>(count);
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt64(out var high) || !reader.TryReadUInt64(out var low) || !reader.TryReadUInt16(out var port))
                return false;
            guards.Add(Endpoint.FromIPv6(high, low, port));
        }

        if (!reader.IsAtEnd)
            return false;
        saved = new SavedGuards((long)period, guards);
        return true;
    }
}
