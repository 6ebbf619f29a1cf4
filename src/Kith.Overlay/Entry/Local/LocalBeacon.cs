using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Entry.Local;

/// <summary>
/// "Here is a node at this UDP port" (docs/protocol/entry.md, section 2): a bencoded dictionary of <c>here</c> (the port), <c>run</c> (who says so, random for each run),
/// <c>to</c> (only in an answer: the run that it answers) and <c>want</c> (1 when the sender has no peers).
/// </summary>
/// <param name="Port">The node's UDP port.</param>
/// <param name="Run">Eight random bytes of this run.</param>
/// <param name="To">The run that it answers, or null when it is for everybody.</param>
/// <param name="Want">Whether an answer is asked for.</param>
internal readonly record struct LocalBeacon(ushort Port, ulong Run, ulong? To, bool Want)
{
    /// <summary>The largest beacon, bytes; a longer datagram is none.</summary>
    public const int MaxSize = 128;

    private const int RunSize = sizeof(ulong);

    /// <summary>Whether a datagram of the overlay is meant to be a beacon: its first key is <c>here</c>.</summary>
    public static bool IsOne(ReadOnlySpan<byte> datagram) => datagram.StartsWith("d4:here"u8);

    /// <summary>Reads one; false when anything is wrong with it. Unknown keys are passed over.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out LocalBeacon beacon)
    {
        beacon = default;
        if (datagram.Length > MaxSize)
            return false;
        var reader = new BencodeReader(datagram);
        if (!reader.TryReadDictionary())
            return false;
        long port = 0;
        ulong? run = null;
        ulong? to = null;
        long want = 0;
        while (!reader.TryReadEnd())
        {
            if (!reader.TryReadBytes(out var key) || !TryReadValue(ref reader, key, ref port, ref run, ref to, ref want))
                return false;
        }

        if (!reader.IsAtEnd || port is < 1 or > ushort.MaxValue || run is not { } sender)
            return false;
        beacon = new LocalBeacon((ushort)port, sender, to, want == 1);
        return true;
    }

    /// <summary>Writes it; returns its size.</summary>
    /// <param name="destination">At least <see cref="MaxSize"/> bytes.</param>
    public int Write(Span<byte> destination)
    {
        var writer = new BencodeWriter(destination);
        writer.BeginDictionary();
        writer.WriteEntry("here"u8, Port);
        writer.WriteBytes("run"u8);
        WriteRun(ref writer, Run);
        if (To is { } to)
        {
            writer.WriteBytes("to"u8);
            WriteRun(ref writer, to);
        }

        if (Want)
            writer.WriteEntry("want"u8, 1);
        writer.End();
        return writer.Length;
    }

    private static bool TryReadValue(ref BencodeReader reader, ReadOnlySpan<byte> key, ref long port, ref ulong? run, ref ulong? to, ref long want)
    {
        if (key.SequenceEqual("here"u8))
            return reader.TryReadInteger(out port);
        if (key.SequenceEqual("want"u8))
            return reader.TryReadInteger(out want);
        if (key.SequenceEqual("run"u8))
            return TryReadRun(ref reader, out run);
        return key.SequenceEqual("to"u8) ? TryReadRun(ref reader, out to) : reader.TrySkip();
    }

    private static bool TryReadRun(ref BencodeReader reader, out ulong? run)
    {
        run = null;
        if (!reader.TryReadBytes(out var bytes) || bytes.Length != RunSize)
            return false;
        run = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);
        return true;
    }

    private static void WriteRun(ref BencodeWriter writer, ulong run)
    {
        Span<byte> bytes = stackalloc byte[RunSize];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, run);
        writer.WriteBytes(bytes);
    }
}
