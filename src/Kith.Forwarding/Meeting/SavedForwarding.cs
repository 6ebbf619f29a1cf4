using Kith.Forwarding.Directory;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Meeting;

/// <summary>
/// What of forwarding is kept over a restart (docs/protocol/paths.md, "Over a restart"): guards, so that no more nodes learn our address than must, and handles, so that contacts need not be told others. The sessions' keys, reply blocks and
/// their keys are not.
/// </summary>
/// <param name="Form">How handles were met.</param>
/// <param name="Guards">The guards' descriptors; of the open form none, as they are the meeting points.</param>
/// <param name="Meetings">The handles.</param>
public sealed record SavedForwarding(MeetingForm Form, IReadOnlyList<ReadOnlyMemory<byte>> Guards, IReadOnlyList<SavedMeeting> Meetings)
{
    /// <summary>Handles that are read at most.</summary>
    public const int MaxMeetings = MeetingLimits.Points * MeetingLimits.MaxHandlesOfSession;

    private const byte Version = 1;

    /// <summary>Nothing.</summary>
    public static SavedForwarding None { get; } = new(MeetingForm.None, [], []);

    /// <summary>As bytes, for an encrypted place.</summary>
    public byte[] ToArray()
    {
        using var writer = new WireWriter();
        writer.WriteByte(Version);
        writer.WriteByte((byte)Form);
        writer.WriteVarInt((ulong)Guards.Count);
        foreach (var guard in Guards)
            writer.WriteLengthPrefixed(guard.Span);
        // Each point once, and its handles after it.
        var points = Meetings.GroupBy(static one => one.Node, SameBytes.Instance).ToList();
        writer.WriteVarInt((ulong)points.Count);
        foreach (var point in points)
        {
            writer.WriteLengthPrefixed(point.Key.Span);
            writer.WriteVarInt((ulong)point.Count());
            foreach (var handle in point)
            {
                writer.WriteAccountId(handle.Contact);
                writer.WriteBytes(handle.Secret.Value.ToArray());
                writer.WriteBytes(handle.Key.Span);
            }
        }

        return writer.ToArray();
    }

    /// <summary>Reads it; false when it is not what <see cref="ToArray"/> wrote.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SavedForwarding saved)
    {
        saved = None;
        var reader = new WireReader(bytes);
        if (!reader.TryReadByte(out var version) || version != Version || !reader.TryReadByte(out var form) || form > (byte)MeetingForm.Veiled
            || !reader.TryReadVarInt(out var guardCount) || guardCount > MeetingLimits.Guards)
            return false;
        var guards = new List<ReadOnlyMemory<byte>>();
        for (var i = 0; i < (int)guardCount; i++)
        {
            if (!TryReadNode(ref reader, out var guard))
                return false;
            guards.Add(guard);
        }

        if (!reader.TryReadVarInt(out var pointCount) || pointCount > MeetingLimits.Points)
            return false;
        var meetings = new List<SavedMeeting>();
        for (var i = 0; i < (int)pointCount; i++)
        {
            if (!TryReadNode(ref reader, out var node) || !reader.TryReadVarInt(out var count) || count > (ulong)(MaxMeetings - meetings.Count))
                return false;
            for (var j = 0; j < (int)count; j++)
            {
                if (!reader.TryReadAccountId(out var contact) || !reader.TryReadBytes(NodeHandle.Size, out var secret) || !NodeHandle.TryRead(secret, out var value)
                    || !reader.TryReadBytes(MeetingSeal.KeySize, out var key))
                    return false;
                meetings.Add(new SavedMeeting(contact, node, new MeetingSecret(value), key.ToArray()));
            }
        }

        if (!reader.IsAtEnd)
            return false;
        saved = new SavedForwarding((MeetingForm)form, guards, meetings);
        return true;
    }

    private static bool TryReadNode(ref WireReader reader, out ReadOnlyMemory<byte> node)
    {
        node = default;
        if (!reader.TryReadLengthPrefixed(ForwarderDescriptor.MaxSize, out var bytes))
            return false;
        node = bytes.ToArray();
        return true;
    }

    private sealed class SameBytes : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static SameBytes Instance { get; } = new();

        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> one)
        {
            var hash = default(HashCode);
            hash.AddBytes(one.Span);
            return hash.ToHashCode();
        }
    }
}
