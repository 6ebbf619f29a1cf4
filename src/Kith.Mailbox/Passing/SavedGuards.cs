using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>What of passing on is kept over a restart (docs/protocol/mailbox.md, "Chains"): the guards, so that no more nodes see our address than must.</summary>
/// <param name="Period">The period of the order that they were chosen by; in another they are chosen anew.</param>
/// <param name="Guards">Who they are.</param>
/// <param name="Useless">Who was one of them under this order and was given up, being useless: they count, and none is taken again.</param>
public sealed record SavedGuards(long Period, IReadOnlyList<Endpoint> Guards, IReadOnlyList<Endpoint> Useless)
{
    private const byte Version = 2; // the first had none that were useless

    /// <summary>Nobody.</summary>
    public static SavedGuards None { get; } = new(long.MinValue, [], []);

    /// <summary>As bytes, for an encrypted place.</summary>
    public byte[] ToArray()
    {
        using var writer = new WireWriter();
        writer.WriteByte(Version);
        writer.WriteUInt64((ulong)Period);
        Write(writer, Guards);
        Write(writer, Useless);
        return writer.ToArray();
    }

    /// <summary>Reads it; false when it is not what <see cref="ToArray"/> wrote.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SavedGuards saved)
    {
        saved = None;
        var reader = new WireReader(bytes);
        IReadOnlyList<Endpoint> useless = [];
        if (!reader.TryReadByte(out var version) || version is 0 or > Version || !reader.TryReadUInt64(out var period) || !TryRead(ref reader, PassLimits.Guards, out var guards)
            || (version > 1 && !TryRead(ref reader, PassLimits.MostUseless, out useless)) || !reader.IsAtEnd)
            return false;
        saved = new SavedGuards((long)period, guards, useless);
        return true;
    }

    private static void Write(WireWriter writer, IReadOnlyList<Endpoint> all)
    {
        writer.WriteByte((byte)all.Count);
        foreach (var one in all)
        {
            writer.WriteUInt64(one.High);
            writer.WriteUInt64(one.Low);
            writer.WriteUInt16(one.Port);
        }
    }

    private static bool TryRead(ref WireReader reader, int most, out IReadOnlyList<Endpoint> all)
    {
        all = [];
        if (!reader.TryReadByte(out var count) || count > most)
            return false;
        var read = new List<Endpoint>(count);
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt64(out var high) || !reader.TryReadUInt64(out var low) || !reader.TryReadUInt16(out var port))
                return false;
            read.Add(Endpoint.FromIPv6(high, low, port));
        }

        all = read;
        return true;
    }
}
