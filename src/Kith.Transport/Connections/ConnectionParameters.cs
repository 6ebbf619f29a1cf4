using Kith.Transport.Sessions;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>
/// What the Noise payloads of a handshake over datagrams hold: the parameters of <see cref="SessionParameters"/>, then those that only this carrier
/// has, as (id, length-prefixed value) too. Unknown ids are skipped, repeated ones refuse the whole.
/// </summary>
/// <param name="Session">Streams and flow control.</param>
/// <param name="MaxDatagram">The largest datagram that its sender takes, bytes.</param>
/// <param name="ActiveIds">How many of the receiver's connection ids its sender keeps.</param>
/// <param name="IdleTimeout">After how much silence its sender gives up, milliseconds.</param>
/// <param name="ResetTokenHigh">The stateless reset token of the sender's first connection id, its first half.</param>
/// <param name="ResetTokenLow">Its second half.</param>
/// <param name="ConnectionId">The first connection id that its sender chose: proves the one in the clear (RFC 9000 section 7.3).</param>
internal sealed record ConnectionParameters(
    SessionParameters Session, ulong MaxDatagram, ulong ActiveIds, ulong IdleTimeout, ulong ResetTokenHigh, ulong ResetTokenLow, ulong ConnectionId)
{
    private const ulong FirstId = 4;
    private const ulong MaxDatagramId = 4;
    private const ulong ActiveIdsId = 5;
    private const ulong IdleTimeoutId = 6;
    private const ulong ResetTokenId = 7;
    private const ulong ConnectionIdId = 8;
    private const int Required = (1 << (int)MaxDatagramId) | (1 << (int)ResetTokenId) | (1 << (int)ConnectionIdId);

    /// <summary>The token as one number.</summary>
    public Bits128 ResetToken => new(ResetTokenHigh, ResetTokenLow);

    public static ConnectionParameters From(ConnectionOptions options, Bits128 resetToken, ulong connectionId) => new(
        new SessionParameters((ulong)options.SessionWindow, (ulong)options.StreamWindow, (ulong)options.MaxStreams),
        (ulong)options.MaxDatagram,
        ConnectionLimits.ActiveIds,
        (ulong)options.IdleTimeout.TotalMilliseconds,
        resetToken.High,
        resetToken.Low,
        connectionId);

    public byte[] ToArray()
    {
        using var writer = new WireWriter();
        writer.WriteBytes(Session.ToArray());
        Write(writer, MaxDatagramId, MaxDatagram);
        Write(writer, ActiveIdsId, ActiveIds);
        Write(writer, IdleTimeoutId, IdleTimeout);
        writer.WriteVarInt(ResetTokenId);
        writer.WriteVarInt(ConnectionLimits.ResetTokenSize);
        writer.WriteUInt64(ResetTokenHigh);
        writer.WriteUInt64(ResetTokenLow);
        writer.WriteVarInt(ConnectionIdId);
        writer.WriteVarInt(ConnectionLimits.IdSize);
        writer.WriteUInt64(ConnectionId);
        return writer.ToArray();
    }

    public static bool TryParse(ReadOnlySpan<byte> bytes, out ConnectionParameters? parameters)
    {
        parameters = null;
        if (!SessionParameters.TryParse(bytes, out var session))
            return false;
        Span<ulong> values = stackalloc ulong[(int)(ConnectionIdId - FirstId) + 1];
        ulong low = 0;
        var seen = 0;
        var reader = new WireReader(bytes);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadVarInt(out var id) || !reader.TryReadLengthPrefixed(SessionParameters.MaxSize, out var value))
                return false;
            if (id is < FirstId or > ConnectionIdId)
                continue;
            if ((seen & (1 << (int)id)) != 0 || !TryReadValue(id, value, out values[(int)(id - FirstId)], ref low))
                return false;
            seen |= 1 << (int)id;
        }

        parameters = new ConnectionParameters(session!, values[0], values[1], values[2], values[3], low, values[4]);
        return (seen & Required) == Required && parameters.MaxDatagram >= ConnectionLimits.MinInitialDatagram;
    }

    private static bool TryReadValue(ulong id, ReadOnlySpan<byte> bytes, out ulong value, ref ulong low)
    {
        var reader = new WireReader(bytes);
        var ok = id switch
        {
            ResetTokenId => reader.TryReadUInt64(out value) && reader.TryReadUInt64(out low),
            ConnectionIdId => reader.TryReadUInt64(out value),
            _ => reader.TryReadVarInt(out value),
        };
        return ok && reader.IsAtEnd;
    }

    private static void Write(WireWriter writer, ulong id, ulong value)
    {
        writer.WriteVarInt(id);
        writer.WriteVarInt((ulong)VarInt.SizeOf(value));
        writer.WriteVarInt(value);
    }
}
