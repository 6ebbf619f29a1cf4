using Kith.Transport.Sessions;

namespace Kith.Transport.Connections;

/// <summary>What a sent frame was about: enough to say it again, in its current form, when the packet is lost (RFC 9000 section 13.3).</summary>
internal enum SentKind : byte
{
    /// <summary>Nothing to repeat: PING, ACK, DATAGRAM, the PATH frames, CLOSE.</summary>
    Other,
    Stream,
    Open,
    Reset,
    Stop,
    MaxData,
    MaxStreamData,
    MaxStreams,
    NewId,
    RetireId,

    /// <summary>An ACK; its value is the largest number: once it has arrived, what is below need not be said again.</summary>
    Ack,
}

/// <summary>A frame in a packet on its way.</summary>
internal struct SentFrame
{
    public SentKind Kind;
    public bool IsFin;
    public int Length;

    /// <summary>The offset in the stream, or the number that the kind needs.</summary>
    public ulong Value;
    public SessionStream? Stream;
}

/// <summary>
/// The content of packets on their way, by packet number: two rings that grow as needed and shrink to nothing when idle. Numbers follow one another
/// without gaps; each packet is taken once, when it is acknowledged or lost.
/// </summary>
internal sealed class SentContent
{
    private const int FirstCapacity = 16;

    private SentFrame[] _frames = [];
    private long _framesFrom; // number of the oldest frame kept
    private long _framesTo;
    private (long First, int Count)[] _packets = [];
    private long _packetsFrom;
    private long _packetsTo;

    /// <summary>Begins the next packet, which must be one above the last, or the first after <see cref="SkipTo"/>.</summary>
    public void Begin(long number)
    {
        if (_packetsFrom == _packetsTo)
            _packetsFrom = _packetsTo = number;
        if (_packetsTo - _packetsFrom == _packets.Length)
            Grow(ref _packets, _packetsFrom, _packetsTo);
        _packets[_packetsTo++ & (_packets.Length - 1)] = (_framesTo, 0);
    }

    public void Add(in SentFrame frame)
    {
        if (_framesTo - _framesFrom == _frames.Length)
            Grow(ref _frames, _framesFrom, _framesTo);
        _frames[_framesTo++ & (_frames.Length - 1)] = frame;
        _packets[(_packetsTo - 1) & (_packets.Length - 1)].Count++;
    }

    /// <summary>Forgets the packet begun last: it was not sent.</summary>
    public void Cancel()
    {
        var (first, _) = _packets[--_packetsTo & (_packets.Length - 1)];
        _framesTo = first;
    }

    /// <summary>How many frames a packet has; 0 when it was taken already.</summary>
    public int Count(long number, out long first)
    {
        first = 0;
        if (number < _packetsFrom || number >= _packetsTo)
            return 0;
        (first, var count) = _packets[number & (_packets.Length - 1)];
        return Math.Max(count, 0);
    }

    /// <summary>A frame, by what <see cref="Count"/> said.</summary>
    public ref readonly SentFrame this[long frame] => ref _frames[frame & (_frames.Length - 1)];

    /// <summary>The packet is done with.</summary>
    public void Release(long number)
    {
        if (number < _packetsFrom || number >= _packetsTo)
            return;
        ref var packet = ref _packets[number & (_packets.Length - 1)];
        for (var i = 0; i < packet.Count; i++)
            _frames[(packet.First + i) & (_frames.Length - 1)].Stream = null;
        packet.Count = -1;
        while (_packetsFrom < _packetsTo && _packets[_packetsFrom & (_packets.Length - 1)].Count < 0)
            _packetsFrom++;
        if (_packetsFrom < _packetsTo)
        {
            _framesFrom = _packets[_packetsFrom & (_packets.Length - 1)].First;
            return;
        }

        _framesFrom = _framesTo;
        if (_packets.Length > 8 * FirstCapacity || _frames.Length > 8 * FirstCapacity)
            (_packets, _frames) = ([], []);
    }

    private static void Grow<T>(ref T[] ring, long from, long to)
    {
        var larger = new T[Math.Max(FirstCapacity, 2 * ring.Length)];
        for (var i = from; i < to; i++)
            larger[i & (larger.Length - 1)] = ring[i & (ring.Length - 1)];
        ring = larger;
    }
}
