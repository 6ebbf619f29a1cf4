namespace Kith.Forwarding.Sphinx;

/// <summary>
/// A header that somebody made for a packet back to himself, the first node of its path, and a key for the payload. It serves one packet: a second would be refused by the first node as
/// a replay, and would show that both are of one.
/// </summary>
public sealed class ReplyBlock
{
    /// <summary>Bytes of a reply block: address of the first node, header, key.</summary>
    public const int Size = KeyAt + HopKeys.KeySize;

    internal const int HeaderAt = HopAddress.Size;
    internal const int KeyAt = HeaderAt + SphinxFormat.HeaderSize;

    private readonly byte[] _bytes;
    private int _used;

    private ReplyBlock(byte[] bytes, HopAddress first)
    {
        _bytes = bytes;
        First = first;
    }

    /// <summary>Where a packet by it is sent to.</summary>
    public HopAddress First { get; }

    /// <summary>Whether it has served.</summary>
    public bool IsUsed => _used != 0;

    /// <summary>Reads a reply block of exactly <see cref="Size"/> bytes. Whether it leads anywhere shows only when it is used.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ReplyBlock? block)
    {
        block = null;
        if (bytes.Length != Size || !HopAddress.TryRead(bytes[..HopAddress.Size], out var first))
            return false;
        block = new ReplyBlock(bytes.ToArray(), first);
        return true;
    }

    /// <summary>The <see cref="Size"/> bytes.</summary>
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);

    /// <summary>A packet back with a body of at most <see cref="SphinxFormat.BodySize"/> bytes. False when the block has served already.</summary>
    /// <exception cref="ArgumentException">A size is wrong.</exception>
    public bool TryBuild(ReadOnlySpan<byte> body, Span<byte> packet)
    {
        Span<byte> payload = stackalloc byte[SphinxFormat.PayloadSize];
        SphinxPayload.WriteBody(body, payload);
        return TryBuildRaw(payload, packet);
    }

    /// <summary>A packet back that holds a whole payload as it is: what came for a handle. False when the block has served already.</summary>
    /// <exception cref="ArgumentException">A size is wrong.</exception>
    public bool TryBuildRaw(ReadOnlySpan<byte> payload, Span<byte> packet)
    {
        if (packet.Length != SphinxFormat.PacketSize)
            throw new ArgumentException($"a packet has {SphinxFormat.PacketSize} bytes, not {packet.Length}", nameof(packet));
        if (payload.Length != SphinxFormat.PayloadSize)
            throw new ArgumentException($"a payload has {SphinxFormat.PayloadSize} bytes, not {payload.Length}", nameof(payload));
        if (Interlocked.Exchange(ref _used, 1) != 0)
            return false;
        packet[0] = SphinxFormat.Version;
        _bytes.AsSpan(HeaderAt, SphinxFormat.HeaderSize).CopyTo(packet[SphinxFormat.HeaderAt..]);
        payload.CopyTo(packet[SphinxFormat.PayloadAt..]);
        Lioness.Encrypt(_bytes.AsSpan(KeyAt), packet[SphinxFormat.PayloadAt..]);
        return true;
    }

    internal static ReplyBlock FromBytes(ReadOnlySpan<byte> bytes) =>
        TryRead(bytes, out var block) ? block! : throw new ArgumentException("the path's first node has no address", nameof(bytes));
}
