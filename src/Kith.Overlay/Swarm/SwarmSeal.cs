using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Swarm;

/// <summary>
/// Seals each datagram of a private swarm, so that an outsider can neither read nor make one nor get an answer (docs/protocol/swarm.md). Sans I/O, for one thread.
/// </summary>
internal sealed class SwarmSeal : IDisposable
{
    /// <summary>The first byte of every datagram, sealed or not.</summary>
    public const byte First = (byte)'d';

    /// <summary>Bytes that sealing adds.</summary>
    public const int Overhead = 1 + XChaCha20Poly1305Aead.NonceSize + HeaderSize + XChaCha20Poly1305Aead.TagSize;

    /// <summary>How far a datagram's time may be from ours, milliseconds.</summary>
    public const long MaxClockDifference = 120_000;

    /// <summary>What stands before the datagram: the time, and the address that it is sent to (as IPv6, then the port).</summary>
    private const int HeaderSize = sizeof(long) + ToSize;

    private const int ToSize = Endpoint.CompactSize6;
    private const int NonceAt = 1;
    private const int SealedAt = NonceAt + XChaCha20Poly1305Aead.NonceSize;

    private readonly SecretBytes _key;
    private readonly IRandom _random;
    private readonly long _started;
    private readonly ReplayWindow _taken = new();
    private readonly SealedFor _sealedFor = new();
    // Two, since an answer is sealed while the question is still being read.
    private readonly byte[] _opened = new byte[MaxPlaintext];
    private readonly byte[] _sealing = new byte[MaxPlaintext];

    /// <summary>The longest plaintext.</summary>
    private const int MaxPlaintext = 4096;

    /// <summary>Makes a seal.</summary>
    /// <param name="key">The swarm's.</param>
    /// <param name="random">Of nonces.</param>
    /// <param name="now">When we start, unix milliseconds.</param>
    public SwarmSeal(SwarmKey key, IRandom random, long now)
    {
        _key = key.Derive("kith swarm datagram v1"u8);
        _random = random;
        _started = now;
    }

    /// <summary>Datagrams refused because nobody without the key can have made them, or nobody with it.</summary>
    public long Outsiders { get; private set; }

    /// <summary>Datagrams of members whose clock differs too much from ours.</summary>
    public long OutOfTime { get; private set; }

    /// <summary>Datagrams refused because they had been taken before, could have been, or were meant for others.</summary>
    public long Replays { get; private set; }

    /// <summary>Sets where we are bound: those addresses with our port.</summary>
    public void SetOwn(IEnumerable<Endpoint> own) => _sealedFor.SetOwn(own);

    /// <summary>A further port at those addresses is ours.</summary>
    public void AddPort(ushort port) => _sealedFor.AddPort(port);

    /// <summary>It is no more.</summary>
    public void RemovePort(ushort port) => _sealedFor.RemovePort(port);

    /// <summary>Seals a datagram; returns the bytes written, 0 when it is too long.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="to">Who gets it; the default value for everybody on the local network.</param>
    /// <param name="datagram">What to seal.</param>
    /// <param name="destination">At least <see cref="Overhead"/> more bytes than the datagram has.</param>
    public int Seal(long now, Endpoint to, ReadOnlySpan<byte> datagram, Span<byte> destination)
    {
        var length = HeaderSize + datagram.Length;
        if (length > MaxPlaintext || datagram.Length + Overhead > destination.Length)
            return 0;
        if (to != default)
            _sealedFor.Sent(now, to);
        destination[0] = First;
        var nonce = destination.Slice(NonceAt, XChaCha20Poly1305Aead.NonceSize);
        _random.Fill(nonce);
        var plaintext = _sealing.AsSpan(0, length);
        BinaryPrimitives.WriteInt64BigEndian(plaintext, now);
        WriteTo(to, plaintext[sizeof(long)..]);
        datagram.CopyTo(plaintext[HeaderSize..]);
        XChaCha20Poly1305Aead.Seal(_key.Value, nonce, [First], plaintext, destination.Slice(SealedAt, length + XChaCha20Poly1305Aead.TagSize));
        return datagram.Length + Overhead;
    }

    /// <summary>Opens a datagram; false for whatever no member made just now for us for the first time.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="from">Where it says that it comes from.</param>
    /// <param name="sealedDatagram">All of it.</param>
    /// <param name="isForAll">Whether it came to the local network's group.</param>
    /// <param name="datagram">What was sealed; good until the next call.</param>
    public bool TryOpen(long now, Endpoint from, ReadOnlySpan<byte> sealedDatagram, bool isForAll, out ReadOnlySpan<byte> datagram)
    {
        datagram = default;
        var length = sealedDatagram.Length - SealedAt - XChaCha20Poly1305Aead.TagSize;
        if (length is <= HeaderSize or > MaxPlaintext || sealedDatagram[0] != First)
        {
            Outsiders++;
            return false;
        }

        var nonce = sealedDatagram.Slice(NonceAt, XChaCha20Poly1305Aead.NonceSize);
        var plaintext = _opened.AsSpan(0, length);
        if (!XChaCha20Poly1305Aead.TryOpen(_key.Value, nonce, [First], sealedDatagram[SealedAt..], plaintext))
        {
            Outsiders++;
            return false;
        }

        var wasAsked = !isForAll && _sealedFor.WasAsked(now, from);
        if (!IsInTime(now, BinaryPrimitives.ReadInt64BigEndian(plaintext), wasAsked) || !IsForUs(from, plaintext[sizeof(long)..], isForAll, wasAsked))
            return false;
        if (!_taken.TryTake(now, Bits128.Read(nonce)))
        {
            Replays++;
            return false;
        }

        datagram = plaintext[HeaderSize..];
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private bool IsInTime(long now, long stamp, bool wasAsked)
    {
        // Compared without a subtraction of what a member may have made up.
        if (stamp < now - MaxClockDifference || stamp > now + MaxClockDifference)
        {
            OutOfTime++;
            return false;
        }

        // What was made before we started may have been taken by our last run: only those whom we asked can have a use for our answer.
        if (stamp >= _started || wasAsked)
            return true;
        Replays++;
        return false;
    }

    private bool IsForUs(Endpoint from, ReadOnlySpan<byte> header, bool isForAll, bool wasAsked)
    {
        var to = Endpoint.FromIPv6(
            BinaryPrimitives.ReadUInt64BigEndian(header), BinaryPrimitives.ReadUInt64BigEndian(header[8..]), BinaryPrimitives.ReadUInt16BigEndian(header[16..]));
        if (isForAll ? to == default : _sealedFor.IsForUs(from, to, wasAsked))
            return true;
        Replays++;
        return false;
    }

    private static void WriteTo(Endpoint to, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, to.High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], to.Low);
        BinaryPrimitives.WriteUInt16BigEndian(destination[16..], to.Port);
    }
}
