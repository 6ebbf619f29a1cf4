using Kith.Wire;

namespace Kith.Transport.Sessions;

/// <summary>
/// What one side allows the other from the start: sent inside the handshake's payload, as RFC 9000 section 18 does with transport parameters.
/// A sequence of (id, length-prefixed value); unknown ids are skipped, missing ones are 0, repeated ones refuse the whole.
/// </summary>
/// <param name="MaxData">The other side's first limit for all streams together, bytes.</param>
/// <param name="MaxStreamData">Its first limit for each stream, bytes.</param>
/// <param name="MaxStreams">How many streams it may open at first.</param>
internal sealed record SessionParameters(ulong MaxData, ulong MaxStreamData, ulong MaxStreams)
{
    /// <summary>The longest encoding taken, bytes.</summary>
    public const int MaxSize = 256;

    private const int KnownParameters = 3;
    private const ulong MaxDataId = 1;
    private const ulong MaxStreamDataId = 2;
    private const ulong MaxStreamsId = 3;

    public static SessionParameters Default { get; } =
        new(SessionLimits.SessionWindow, SessionLimits.StreamWindow, SessionLimits.MaxStreams);

    public byte[] ToArray()
    {
        using var writer = new WireWriter();
        Write(writer, MaxDataId, MaxData);
        Write(writer, MaxStreamDataId, MaxStreamData);
        Write(writer, MaxStreamsId, MaxStreams);
        return writer.ToArray();
    }

    public static bool TryParse(ReadOnlySpan<byte> bytes, out SessionParameters? parameters)
    {
        parameters = null;
        if (bytes.Length > MaxSize)
            return false;
        Span<ulong> values = stackalloc ulong[KnownParameters + 1];
        var seen = 0;
        var reader = new WireReader(bytes);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadVarInt(out var id) || !reader.TryReadLengthPrefixed(MaxSize, out var value))
                return false;
            if (id is 0 or > KnownParameters)
                continue;
            if ((seen & (1 << (int)id)) != 0 || !VarInt.TryRead(value, out values[(int)id], out var size) || size != value.Length)
                return false;
            seen |= 1 << (int)id;
        }

        parameters = new SessionParameters(values[(int)MaxDataId], values[(int)MaxStreamDataId], values[(int)MaxStreamsId]);
        return true;
    }

    private static void Write(WireWriter writer, ulong id, ulong value)
    {
        writer.WriteVarInt(id);
        writer.WriteVarInt((ulong)VarInt.SizeOf(value));
        writer.WriteVarInt(value);
    }
}
