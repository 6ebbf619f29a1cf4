using System.Security.Cryptography;

namespace Kith.Forwarding.Sphinx;

/// <summary>
/// The beginning of a header that somebody made for a packet back to himself, the first node of its path, and a seed of which come the header's end and a key for the payload. It serves one packet: a second would be refused by
/// the first node as a replay, and would show that both are of one.
/// </summary>
public sealed class ReplyBlock
{
    /// <summary>Bytes of a block for a path of at most <see cref="ShortHops"/> nodes: address of the first one, what of the header does not come of the seed, seed.</summary>
    public const int ShortSize = HeaderAt + ShortHeader + SeedSize;

    /// <summary>Bytes of one for the longest path; between them there is one size for each node more.</summary>
    public const int MaxSize = ShortSize + ((SphinxFormat.MaxHops - ShortHops) * SphinxFormat.LayerSize);

    /// <summary>The most nodes of a path with the shortest block, the maker counted: those of the usual path, so that a shorter one does not show.</summary>
    public const int ShortHops = 4;

    internal const int HeaderAt = HopAddress.Size;
    internal const int SeedSize = 16;

    // Of the last layer its command and delay alone: what follows is what comes of the seed.
    private const int ShortHeader = SphinxFormat.RoutingAt + ((ShortHops - 1) * SphinxFormat.LayerSize) + SphinxFormat.PlaceAt;

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

    /// <summary>Bytes.</summary>
    public int Size => _bytes.Length;

    /// <summary>Bytes of a block for a path of so many nodes.</summary>
    public static int SizeFor(int nodes) => ShortSize + (Math.Max(0, nodes - ShortHops) * SphinxFormat.LayerSize);

    /// <summary>Whether a block can have this size.</summary>
    public static bool IsSize(int size) => size is >= ShortSize and <= MaxSize && (size - ShortSize) % SphinxFormat.LayerSize == 0;

    // Bytes of the header that a block of this size holds.
    internal static int HeaderPart(int size) => size - HeaderAt - SeedSize;

    /// <summary>Reads a reply block, of a size that one can have (<see cref="IsSize"/>). Whether it leads anywhere shows only when it is used.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ReplyBlock? block)
    {
        block = null;
        if (!IsSize(bytes.Length) || !HopAddress.TryRead(bytes[..HopAddress.Size], out var first))
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
        Span<byte> own = stackalloc byte[HopKeys.Size];
        HopKeys.DeriveReply(_bytes.AsSpan()[^SeedSize..], own);
        packet[0] = SphinxFormat.Version;
        var header = packet.Slice(SphinxFormat.HeaderAt, SphinxFormat.HeaderSize);
        var part = HeaderPart(Size);
        _bytes.AsSpan(HeaderAt, part).CopyTo(header);
        header[part..].Clear();
        HopKeys.ApplyStream(own[HopKeys.KeySize..], header[part..]);
        payload.CopyTo(packet[SphinxFormat.PayloadAt..]);
        Lioness.Encrypt(own[..HopKeys.KeySize], packet[SphinxFormat.PayloadAt..]);
        CryptographicOperations.ZeroMemory(own);
        return true;
    }

    internal static ReplyBlock FromBytes(ReadOnlySpan<byte> bytes) =>
        TryRead(bytes, out var block) ? block! : throw new ArgumentException("the path's first node has no address", nameof(bytes));
}
